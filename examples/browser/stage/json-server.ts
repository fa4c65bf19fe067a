// The JSON server of the program "fetch", as a page has it: the one that serves the page has it behind /json.

/** As examples/tutorial/lib/json-server.ts, which starts one. */
export async function startJsonServer(): Promise<{ url: string; close(): Promise<void> }> {
  const url = new URL("/json", location.href).href;
  const answer = await fetch(`${url}?pid=0`).catch(() => null);
  if (answer?.headers.get("content-type")?.startsWith("application/json") !== true) {
    throw new Error(`could not find the JSON server at ${url}; serve this page with npm run demo:browser`);
  }
  return { url, close: async () => {} };
}
