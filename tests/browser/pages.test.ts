// What only a page shows: its policy, its network, its input and its frames. What a page has in common with
// every runtime is in tests/contract.

import { expect, it } from "vitest";
import { forEach, Hub } from "wevent";
import { serve } from "wevent/http";
import { inBrowsers, type WebSocketConnection, type Wevent } from "../lib/pages.ts";

/** A greenlet runs to its end. */
async function runHere({ run, sleep }: Wevent): Promise<string> {
  return run(function* () {
    yield* sleep(1);
    return "ran";
  });
}

inBrowsers((browser) => {
  it("a page with 'wasm-unsafe-eval' in its policy, and nothing more, runs greenlets", async () => {
    const headers = {
      "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
    };
    expect(await browser.run(runHere, { headers })).toBe("ran");
  });

  it("a page without it can import wevent, and each hub says what to allow", async () => {
    const headers = { "content-security-policy": "default-src 'none'; script-src 'self'" };
    const told = await browser.run(
      async ({ Hub, spawn, loadGuest, WasmRefused }: Wevent) => {
        const calls = [
          () => new Hub(),
          () => spawn(() => 1),
          () => loadGuest(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])),
        ];
        const errors: unknown[] = [];
        for (const call of calls) {
          try {
            await call();
            errors.push("nothing thrown");
          } catch (error) {
            const { code, message, cause } = error as InstanceType<typeof WasmRefused>;
            errors.push([error instanceof WasmRefused, code, message, (cause as Error).name]);
          }
        }
        return errors;
      },
      { headers },
    );
    const text = expect.stringMatching(
      /^could not make a hub because .*; .*'wasm-unsafe-eval' in script-src of its Content-Security-Policy$/,
    );
    const refused = [true, "WEV_ERR_WASM_REFUSED", text, "CompileError"];
    expect(told).toEqual([refused, refused, refused]);
  });

  it("main is told of LoopExit in a closed hub, and in an open one never: a page may always wake it", async () => {
    const told = await browser.run(async ({ Event, Hub, LoopExit, sleep }: Wevent) => {
      const waitForever = function* () {
        yield* new Event().wait();
      };
      const outcomeOf = (hub: InstanceType<typeof Hub>) =>
        hub.run(waitForever).then(
          () => "woken",
          (error: unknown) => (error instanceof LoopExit ? "LoopExit" : String(error)),
        );
      const open = new Hub();
      // Longer than anything that the runtime could have left to do.
      const late = open.run(() => sleep(200)).then(() => "nothing");
      return [
        open.can("exhaustion"),
        await outcomeOf(new Hub({ closed: true })),
        await outcomeOf(new Hub({ clock: "virtual" })),
        await Promise.race([outcomeOf(open), late]),
      ];
    });
    expect(told).toEqual([false, "LoopExit", "LoopExit", "nothing"]);
  });

  it("fetch and a WebSocket reach a server of another origin, and a wait for one can be limited", async () => {
    const hub = new Hub();
    const gone: string[] = [];
    const server = await hub.run(() =>
      serve(() => new Response("hello", { headers: { "access-control-allow-origin": "*" } }), {
        *websocket(socket: WebSocketConnection) {
          yield* forEach(socket.iterate(), (message) =>
            socket.send(typeof message === "string" ? `you said ${message}` : message),
          );
          gone.push(`closed with ${socket.closed?.code}`);
        },
        allowUpgrade: () => true,
      }),
    );
    try {
      const told = await browser.run(
        ({ connectWebSocket, fetch, run, Timeout, wait }: Wevent, url: string) =>
          run(function* () {
            const seen: unknown[] = [];
            const response = yield* fetch(url);
            seen.push(yield* wait(response.text()));
            const socket = yield* connectWebSocket(url);
            yield* socket.send("hello");
            seen.push(yield* socket.receive());
            yield* socket.send(new Uint8Array([1, 2, 255]));
            seen.push([...((yield* socket.receive()) as Uint8Array)]);
            try {
              yield* socket.receive(20);
            } catch (error) {
              seen.push(error instanceof Timeout);
            }
            socket.close(4000, "enough");
            try {
              yield* connectWebSocket("ws://127.0.0.1:1/");
            } catch (error) {
              seen.push((error as { code?: string }).code);
            }
            return seen;
          }),
        { given: server.url },
      );
      expect(told).toEqual(["hello", "you said hello", [1, 2, 255], true, "WEV_ERR_WEBSOCKET_FAILED"]);
    } finally {
      await hub.run(() => server.stop());
    }
    expect(gone).toEqual(["closed with 4000"]);
    hub.destroy();
  });

  it("ten thousand busy greenlets leave a page its frames, its timers and its input", async () => {
    const told = await browser.run(
      async ({ killAll, sleep, spawn }: Wevent) => {
        let steps = 0;
        const busy = Array.from({ length: 10_000 }, () =>
          spawn(function* () {
            for (;;) {
              steps++;
              yield* sleep(0);
            }
          }),
        );
        const next = (ask: (callback: () => void) => unknown) => new Promise<void>((done) => ask(done));
        const key = next((done) => addEventListener("keydown", done, { once: true }));
        const button = next((done) => addEventListener("click", done, { once: true }));
        // What is asked for comes, while greenlets go on.
        const seen = [steps];
        for (let i = 0; i < 20; i++) await next(requestAnimationFrame);
        seen.push(steps);
        for (let i = 0; i < 5; i++) await next((done) => setTimeout(done, 4));
        seen.push(steps);
        await Promise.all([key, button]);
        await next(requestAnimationFrame);
        await next((done) => setTimeout(done, 20));
        seen.push(steps);
        await killAll(busy);
        return {
          isBusy: seen.every((count, i) => i === 0 || count > seen[i - 1]!),
          ended: busy.filter((each) => each.dead).length,
        };
      },
      {
        async meanwhile(page) {
          await page.keyboard.press("a");
          await page.mouse.click(20, 20);
        },
      },
    );
    expect(told).toEqual({ isBusy: true, ended: 10_000 });
  });
});
