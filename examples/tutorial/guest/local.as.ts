// One variable, and every greenlet sees its own.
//
//   npx wevent run examples/tutorial/guest/local.as.ts
//
// Promised:
//   f1 sees 1
//   f2 sees 2
//   f3 sees 0
//   ann made 3 visits
//   ben made 1 visits
//   main made 0 visits

import { joinAll, Local, sleep, spawn } from "wevent/assembly";

// The function makes each greenlet's first value, when it is first asked for.
const stash = new Local<i32>((): i32 => 0);

function f1(): void {
  stash.value = 1;
  sleep(0);
  // f2 has set its own value meanwhile.
  console.log("f1 sees " + stash.value.toString());
}

function f2(): void {
  stash.value = 2;
  sleep(0);
  console.log("f2 sees " + stash.value.toString());
}

function f3(): void {
  sleep(0);
  console.log("f3 sees " + stash.value.toString());
}

class Session {
  visits: i32 = 0;
}

const session = new Local<Session>((): Session => new Session());

class Visitor {
  constructor(
    readonly name: string,
    readonly times: i32,
  ) {}
}

function visit(visitor: Visitor): string {
  for (let i = 0; i < visitor.times; i++) {
    session.value.visits++;
    sleep(0);
  }
  return visitor.name + " made " + session.value.visits.toString() + " visits";
}

export function main(): void {
  joinAll([spawn(f1), spawn(f2), spawn(f3)]);

  const visitors = [spawn(visit, new Visitor("ann", 3)), spawn(visit, new Visitor("ben", 1))];
  for (let i = 0; i < visitors.length; i++) console.log(visitors[i].get());
  console.log("main made " + session.value.visits.toString() + " visits");
}
