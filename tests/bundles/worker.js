// Where no bytes may be compiled: the guest is imported as a module.
import guest from "./guest.wasm";
import { program } from "./program.js";

export default {
  async fetch() {
    return new Response(await program(guest));
  },
};
