// The guest that the bundled program loads. It waits in the middle, so that its frames have to come back.
import { sleep } from "wevent/assembly";

export function slowSum(a: i32, b: i32): i32 {
  sleep(2);
  return a + b;
}
