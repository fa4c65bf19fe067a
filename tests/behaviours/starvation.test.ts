// No starvation: the hub keeps serving timers, promises and sockets however busy greenlets are.
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { Event, Hub, joinAll, sleep, spawn, wait } from "wevent";
import { rejectionOf, runtimeTurn } from "../lib/hub.ts";

it("with 1000 greenlets on sleep(0), timers, promises and a node:net echo keep being served", async () => {
  const hub = new Hub();
  let isOver = false;
  let spins = 0;
  const server = createServer((socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const echo = (text: string) =>
    new Promise<string>((resolve) => {
      socket.once("data", (data) => resolve(data.toString()));
      socket.write(text);
    });
  const served = { sleeps: 0, promises: 0, echoes: 0, foreign: 0 };
  await hub.run(function* () {
    for (let i = 0; i < 1000; i++) {
      spawn(function* spinner() {
        while (!isOver) {
          spins++;
          yield* sleep(0);
        }
      });
    }
    const foreign = setInterval(() => served.foreign++, 1);
    yield* joinAll([
      spawn(function* () {
        for (; served.sleeps < 5; served.sleeps++) yield* sleep(1);
      }),
      spawn(function* () {
        for (; served.promises < 20; served.promises++) yield* wait(Promise.resolve());
      }),
      spawn(function* () {
        for (; served.echoes < 5; served.echoes++) {
          expect(yield* wait(echo(`ping ${served.echoes}`))).toBe(`ping ${served.echoes}`);
        }
      }),
    ]);
    clearInterval(foreign);
    isOver = true;
  });
  expect(served).toMatchObject({ sleeps: 5, promises: 20, echoes: 5 });
  expect(served.foreign).toBeGreaterThan(0);
  expect(spins).toBeGreaterThan(1000);
  await hub.join();
  hub.destroy();
  socket.destroy();
  server.close();
});

it("timers that are always overdue do not starve what is ready, nor the runtime", async () => {
  const hub = new Hub();
  let isOver = false;
  let ready = 0;
  let foreign = 0;
  await hub.run(function* () {
    for (let i = 0; i < 100; i++) {
      spawn(function* () {
        while (!isOver) yield* sleep(1e-9);
      });
    }
    const interval = setInterval(() => foreign++, 1);
    for (; ready < 50 || foreign < 3; ready++) yield* sleep(0);
    clearInterval(interval);
    isOver = true;
  });
  await hub.join();
  hub.destroy();
  expect(ready).toBeGreaterThanOrEqual(50);
});

it("main is not starved by spinning greenlets, and its awaits keep their turn", async () => {
  const hub = new Hub();
  const event = new Event();
  let isOver = false;
  const spinning = hub.run(function* () {
    while (!isOver) yield* sleep(0);
  });
  for (let i = 0; i < 10; i++) expect(await hub.run(() => i)).toBe(i);
  await runtimeTurn();
  isOver = true;
  await spinning;
  event.set();
  hub.destroy();
  expect(await rejectionOf(hub.join())).toBeInstanceOf(Error);
});
