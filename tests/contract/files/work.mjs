// What the cases of threads call there.
export const add = (a, b) => a + b;
export const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
export const lengthOf = (bytes) => bytes.byteLength;
export function fail() {
  throw Object.assign(new RangeError("in a thread"), { code: "E_OWN" });
}
export function spin() {
  for (;;);
}
