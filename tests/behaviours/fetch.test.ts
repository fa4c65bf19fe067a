// fetch: wevent/http.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { Hub, run, spawn, wait } from "wevent";
import { fetch } from "wevent/http";

it("fetch of a greenlet that is killed is aborted", async () => {
  let aborted: () => void = () => {};
  const isAborted = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  let asked: () => void = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = createServer((request) => {
    request.on("close", aborted);
    asked();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await run(function* () {
    const greenlet = spawn(function* () {
      yield* fetch(`http://127.0.0.1:${port}/`);
    });
    yield* wait(isAsked);
    yield* greenlet.kill();
    expect(greenlet.successful()).toBe(true);
  });
  await isAborted;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it("fetch gives the runtime's Response and its errors", async () => {
  const server = createServer((_request, response) => void response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const hub = new Hub();
  const text = await hub.run(function* () {
    const response = yield* fetch(`http://127.0.0.1:${port}/`);
    return yield* wait(response.text());
  });
  expect(text).toBe("hello");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(hub.run(() => fetch(`http://127.0.0.1:${port}/`))).rejects.toBeInstanceOf(TypeError);
});
