// Owns handles: the name of a row as one number, which crosses to TypeScript and to other guests. It says
// nothing of what it names: the row's role does. host/core/handle.ts is the host's half.

/** serial << 32 | row. @noswitch */
// @ts-ignore: decorator
@inline
export function handleOf(row: usize, serial: u32): u64 {
  return ((<u64>serial) << 32) | (<u64>row);
}

/** @noswitch */
// @ts-ignore: decorator
@inline
export function rowOf(handle: u64): usize {
  return <usize>(handle & 0xffffffff);
}

/** @noswitch */
// @ts-ignore: decorator
@inline
export function serialOf(handle: u64): u32 {
  return <u32>(handle >> 32);
}
