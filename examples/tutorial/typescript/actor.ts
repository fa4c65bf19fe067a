// Greenlets that share nothing and send each other messages.
//
//   npm run build && node build/examples/tutorial/typescript/actor.js
//
// Promised:
//   ping
//   pong
//   ping
//   pong
//   ping
//   pong
//   The ball is out

import { forEach, Greenlet, joinAll, Queue } from "wevent";

/** A greenlet with an inbox. What it does with a message is up to its subclass. */
abstract class Actor extends Greenlet<void> {
  readonly inbox = new Queue<string>();

  abstract receive(message: string): void;

  override *run() {
    yield* forEach(this.inbox.iterate(), (message) => this.receive(message));
  }

  /** No more messages: the greenlet ends when it has read those that are left. */
  stop() {
    this.inbox.shutdown();
  }
}

class Pinger extends Actor {
  #roundsLeft = 3;

  receive() {
    if (this.#roundsLeft-- === 0) {
      ponger.stop();
      this.stop();
      return;
    }
    console.log("ping");
    ponger.inbox.putNowait("ping");
  }
}

class Ponger extends Actor {
  receive() {
    console.log("pong");
    pinger.inbox.putNowait("pong");
  }
}

const pinger = new Pinger();
const ponger = new Ponger();
pinger.start();
ponger.start();

pinger.inbox.putNowait("start");
await joinAll([pinger, ponger]);
console.log("The ball is out");
