// Owns how texts come into the guest from its loader.

import * as host from "./imports";

/** Makes a string of a text that the loader holds, which forgets it. @allocates */
export function take(text: u32): string {
  const units = host.textLength(text);
  const made = changetype<string>(__new(<usize>units << 1, idof<string>()));
  host.takeText(text, changetype<usize>(made));
  return made;
}

/**
 * The arguments after the program's name: `wevent run FILE a b` gives `["a", "b"]`.
 *
 * @noswitch
 * @since 0.1
 */
export function arguments(): string[] {
  const list: string[] = [];
  for (let i = 0; i < host.argumentCount(); i++) list.push(take(host.argument(i)));
  return list;
}
