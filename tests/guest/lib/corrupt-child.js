// Unwinds more stack than a guest's scratch holds, which takes an engine with a larger stack than its
// default: `node --stack-size=... corrupt-child.js MODULE`. Prints the codes of what was thrown and reported.
import { readFileSync } from "node:fs";
import { Hub } from "wevent";
import { loadGuest } from "wevent/guest";

const codes = [];
const hub = new Hub({ clock: "virtual", onError: ({ error }) => codes.push(`reported ${error.code}`) });
const guest = await loadGuest(readFileSync(process.argv[2]), { hub });
for (const depth of [10, 60_000, 10]) {
  await guest.call("run", depth).then(
    (wrong) => codes.push(wrong),
    (error) => codes.push(error.code),
  );
}
console.log(JSON.stringify(codes));
process.exit(0);
