// Expected: ends at once, although a greenlet sleeps for an hour.
import { Hub, sleep, spawn } from "wevent";

const hub = new Hub({ onError: () => hub.destroy() });
const main = hub.run(function* () {
  spawn(() => {
    throw new Error("nobody reads this");
  });
  yield* sleep(3_600_000);
});
await main.catch((error) => console.log(error.constructor.name));
