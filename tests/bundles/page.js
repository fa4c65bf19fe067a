// Where the program compiles the guest from bytes: pages, Node, Deno, Bun. Whoever runs it reads the promise.
import { guestHex } from "./guest-hex.js";
import { program } from "./program.js";

const bytes = Uint8Array.from(guestHex.match(/../g), (byte) => Number.parseInt(byte, 16));
globalThis.programResult = program(bytes);
