// More open hubs at once than Node allows listeners before it warns.
import { Event, Hub, sleep } from "wevent";

const hubs = Array.from({ length: 20 }, () => new Hub());
const exits = hubs.map((hub) => hub.run(() => new Event().wait()).catch((error) => error.name));
console.log(`${new Set(await Promise.all(exits)).size} kind of error`);
await Promise.all(hubs.map((hub) => hub.run(() => sleep(1))));
console.log(await hubs[3].run(() => new Event().wait()).catch((error) => error.constructor.name));
console.log(`${process.listenerCount("beforeExit")} listeners`);
