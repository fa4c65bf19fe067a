import { Local, joinAll, sleep, spawn } from "wevent/assembly";
import { log } from "./words.as";

class Count {
  constructor(public number: i32) {}
}

const count = new Local<Count>((): Count => {
  log("init");
  return new Count(0);
});

function counts(name: string): void {
  for (let i = 0; i < 2; i++) {
    count.value.number++;
    log(name + count.value.number.toString());
    sleep(0);
  }
}

export function localIsOfEachGreenlet(): void {
  joinAll([spawn(counts, "a"), spawn(counts, "b")]);
  log(count.value.number.toString());
}
