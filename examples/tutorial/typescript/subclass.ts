// A greenlet as a class of one's own.
//
//   npm run build && node build/examples/tutorial/typescript/subclass.js
//
// Promised:
//   Hi there!

import { Greenlet, sleep } from "wevent";

class MyGreenlet extends Greenlet<void> {
  readonly message: string;
  readonly ms: number;

  constructor(message: string, ms: number) {
    super();
    this.message = message;
    this.ms = ms;
  }

  override *run() {
    console.log(this.message);
    yield* sleep(this.ms);
  }
}

const greenlet = new MyGreenlet("Hi there!", 3);
greenlet.start();
await greenlet.join();
