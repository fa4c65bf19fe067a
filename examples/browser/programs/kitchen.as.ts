// A kitchen: a waiter brings orders, two cooks take them.
// Change the program and run it, or kill one with the buttons below.

import { AnyGreenlet, joinAll, onExit, Queue, sleep, spawn } from "wevent/assembly";

const orders = new Queue<i32>();

function cook(name: string): void {
  onExit(goHome, name);
  for (let order = orders.get(); order.ok; order = orders.get()) {
    console.log(name + " cooks order " + order.value.toString());
    sleep(700);
  }
}

/** However the cook ends, by a kill too. It may block. */
function goHome(name: string): void {
  console.log(name + " cleans the stove");
  sleep(200);
  console.log(name + " goes home");
}

function waiter(): void {
  for (let order = 1; order <= 20; order++) {
    orders.put(order);
    sleep(400);
  }
  orders.shutdown();
}

function kitchen(): void {
  const ann = spawn(cook, "Ann");
  const ben = spawn(cook, "Ben");
  ann.name = "Ann";
  ben.name = "Ben";
  const staff: AnyGreenlet[] = [ann, ben, spawn(waiter)];
  sleep(5000);
  console.log("The kitchen sends Ben home");
  ben.kill();
  joinAll(staff);
  console.log("The kitchen is closed");
}

export function main(): void {
  spawn(kitchen).join();
}
