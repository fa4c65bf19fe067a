// Greenlets that belong together, and functions mapped over many items at once.
//
//   npx wevent run examples/tutorial/guest/group.as.ts
//
// Promised:
//   bar is in
//   bar is in
//   foo is in
//   Everybody has left
//   map: 3 greenlets at work
//   map: 9 1 4
//   imap: 9, then 1, then 4
//   imapUnordered: 1, then 4, then 9

import { Group, Results, sleep, spawn } from "wevent/assembly";

const group = new Group();

function talk(name: string): void {
  for (let i = 0; i < 3; i++) sleep(0);
  console.log(name + " is in");
}

/** The larger the number, the longer it takes. */
function square(x: i32): i32 {
  sleep(x * 10);
  return x * x;
}

function squares(items: i32[]): i32[] {
  return group.map(square, items);
}

/** Results come one after another: next() waits for one, which is then in value. */
function inTurn(results: Results<i32, i32>): string {
  const all: i32[] = [];
  while (results.next()) all.push(results.value);
  return all.join(", then ");
}

export function main(): void {
  // Greenlets join a group one by one, and are waited for together.
  group.add(spawn(talk, "bar"));
  group.add(spawn(talk, "bar"));
  group.spawn(talk, "foo");
  group.join();
  console.log(group.size == 0 ? "Everybody has left" : "Somebody is left");

  const items = [3, 1, 2];
  const mapping = spawn(squares, items);
  sleep(0);
  console.log("map: " + group.size.toString() + " greenlets at work");
  console.log("map: " + mapping.get().join(" "));

  // imap gives each result in its turn, imapUnordered as soon as it is there.
  console.log("imap: " + inTurn(group.imap(square, items)));
  console.log("imapUnordered: " + inTurn(group.imapUnordered(square, items)));
}
