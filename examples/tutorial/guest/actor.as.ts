// Greenlets that share nothing and send each other messages.
//
//   npx wevent run examples/tutorial/guest/actor.as.ts
//
// Promised:
//   ping
//   pong
//   ping
//   pong
//   ping
//   pong
//   The ball is out

import { Greenlet, joinAll, Queue } from "wevent/assembly";

/** A greenlet with an inbox. What it does with a message is up to its subclass. */
abstract class Actor extends Greenlet<void> {
  readonly inbox: Queue<string> = new Queue<string>();

  abstract receive(message: string): void;

  run(): void {
    for (let message = this.inbox.get(); message.ok; message = this.inbox.get()) {
      this.receive(message.value);
    }
  }

  /** No more messages: the greenlet ends when it has read those that are left. */
  stop(): void {
    this.inbox.shutdown();
  }
}

class Pinger extends Actor {
  private roundsLeft: i32 = 3;

  receive(message: string): void {
    if (this.roundsLeft-- == 0) {
      ponger.stop();
      this.stop();
      return;
    }
    console.log("ping");
    ponger.inbox.put("ping");
  }
}

class Ponger extends Actor {
  receive(message: string): void {
    console.log("pong");
    pinger.inbox.put("pong");
  }
}

const pinger = new Pinger();
const ponger = new Ponger();

export function main(): void {
  pinger.start();
  ponger.start();

  pinger.inbox.put("start");
  joinAll<Actor>([pinger, ponger]);
  console.log("The ball is out");
}
