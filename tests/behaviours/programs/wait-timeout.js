// Expected: exit code 0 and "false": the timeout of main's own wait keeps the process alive.
import { spawn, wait } from "wevent";

spawn(function* () {
  yield* wait(new Promise(() => {}));
});
console.log(await wait(null, { timeout: 20 }));
