// The words in which both sides of tests/cases/list.ts log what a call has come to.
import { Answer, Status, sleep } from "wevent/assembly";

export function log(text: string): void {
  console.log(text);
}

/** Logs, gives way, and logs again. */
export function twice(name: string): void {
  log("1" + name);
  sleep(0);
  log("2" + name);
}

export function told(status: Status): string {
  if (status == Status.Ok) return "ok";
  return status == Status.Closed ? "closed" : "nothing";
}

export function item<T>(answer: Answer<T>): string {
  return answer.ok ? answer.value.toString() : told(answer.status);
}
