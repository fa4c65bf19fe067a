// Greenlets that belong together, and functions mapped over many items at once.
//
//   npm run build && node build/examples/tutorial/typescript/group.js
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

import { forEach, sleep, spawn } from "wevent";
import { Group } from "wevent/pool";

const group = new Group();

function* talk(name: string) {
  for (let i = 0; i < 3; i++) yield* sleep(0);
  console.log(`${name} is in`);
}

// Greenlets join a group one by one, and are waited for together.
group.add(spawn(talk, "bar"));
group.add(spawn(talk, "bar"));
group.spawn(talk, "foo");
await group.join();
console.log(group.size === 0 ? "Everybody has left" : "Somebody is left");

/** The larger the number, the longer it takes. */
function* square(x: number) {
  yield* sleep(x * 10);
  return x * x;
}

const squares = group.mapAsync(square, [3, 1, 2]);
await sleep(0);
console.log(`map: ${group.size} greenlets at work`);
console.log(`map: ${(await squares.get()).join(" ")}`);

// imap gives each result in its turn, imapUnordered as soon as it is there.
const inOrder: number[] = [];
for await (const result of group.imap(square, [3, 1, 2])) inOrder.push(result);
console.log(`imap: ${inOrder.join(", then ")}`);

// Inside a greenlet, forEach does what `for await` does outside.
const asTheyCome: number[] = [];
await forEach(group.imapUnordered(square, [3, 1, 2]), (result) => asTheyCome.push(result));
console.log(`imapUnordered: ${asTheyCome.join(", then ")}`);
