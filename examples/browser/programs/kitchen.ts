// A kitchen: a waiter brings orders, two cooks take them.
// Kill one with the buttons below.

import { forEach, joinAll, sleep, spawn } from "wevent";
import { Queue } from "wevent/queue";

const orders = new Queue<number>();

function* cook(name: string) {
  try {
    yield* forEach(orders.iterate(), function* (order) {
      console.log(`${name} cooks order ${order}`);
      yield* sleep(700);
    });
  } finally {
    // However the cook ends, by a kill too. It may block.
    console.log(`${name} cleans the stove`);
    yield* sleep(200);
    console.log(`${name} goes home`);
  }
}

function* waiter() {
  for (let order = 1; order <= 20; order++) {
    orders.putNowait(order);
    yield* sleep(400);
  }
  orders.shutdown();
}

function* kitchen() {
  const ann = spawn(cook, "Ann");
  const ben = spawn(cook, "Ben");
  ann.name = "Ann";
  ben.name = "Ben";
  const staff = [ann, ben, spawn(waiter)];
  yield* sleep(5000);
  console.log("The kitchen sends Ben home");
  yield* ben.kill();
  yield* joinAll(staff);
  console.log("The kitchen is closed");
}

await spawn(kitchen).get();
