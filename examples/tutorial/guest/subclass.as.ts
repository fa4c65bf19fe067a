// A greenlet as a class of one's own.
//
//   npx wevent run examples/tutorial/guest/subclass.as.ts
//
// Promised:
//   Hi there!

import { Greenlet, sleep } from "wevent/assembly";

class MyGreenlet extends Greenlet<void> {
  constructor(
    private message: string,
    private ms: f64,
  ) {
    super();
  }

  run(): void {
    console.log(this.message);
    sleep(this.ms);
  }
}

export function main(): void {
  const greenlet = new MyGreenlet("Hi there!", 3);
  greenlet.start();
  greenlet.join();
}
