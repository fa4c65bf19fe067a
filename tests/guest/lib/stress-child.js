// Runs the stress program once and prints its counts as JSON: `node stress-child.js MODULE COUNT`.
import { readFileSync } from "node:fs";
import { Hub } from "wevent";
import { loadGuest } from "wevent/guest";

const [, , file, count] = process.argv;
const hub = new Hub({ clock: "virtual", seed: 20_260_721, onError: () => process.exit(1) });
const guest = await loadGuest(readFileSync(file), { hub });
const wrong = await guest.call("run", Number(count));
const counter = (name) => guest.exports.read(guest.exports[name].value);
process.stdout.write(
  JSON.stringify({
    wrong,
    entered: counter("entered"),
    left: counter("left"),
    parked: counter("parked"),
    finalizedAlive: counter("finalizedAlive"),
  }),
);
