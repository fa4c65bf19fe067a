// The half of a module that needs no package, beside the half that does, where none is installed: a handler
// answers, and a server says what it lacks.
import { fetchHandler, serve } from "wevent/http";

async function answer() {
  const handle = fetchHandler(() => new Response("hello"));
  return (await handle(new Request("http://localhost/"))).text();
}

async function refusal() {
  try {
    await serve(() => new Response(""));
    return "none";
  } catch (error) {
    return error.code;
  }
}

globalThis.programResult = (async () => `${await answer()} ${await refusal()}`)();
