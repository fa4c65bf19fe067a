// behaviours.md, "Sockets, select, selectors": select and poll, over each network.
import { describe, expect, it } from "vitest";
import { type Greenlet, GreenletExit, sleep, spawn } from "wevent";
import { POLLIN, POLLOUT, Poll, select } from "wevent/select";
import { StreamServer } from "wevent/server";
import { createConnection, listen, type Socket, socketPair } from "wevent/socket";
import { codeOf, inHub, thrownBy } from "../lib/hub.ts";
import { STREAM_NETWORKS } from "../lib/stream-networks.ts";

const portOf = (server: StreamServer) => (server.address as { readonly port: number }).port;

function* echo(socket: Socket) {
  for (;;) {
    const bytes = yield* socket.recv();
    if (bytes.length === 0) return;
    yield* socket.sendAll(bytes);
  }
}

describe.each(STREAM_NETWORKS)("over $name", (network) => {
  it(
    "select gives the sockets and listeners that are ready, in the order given",
    inHub(function* () {
      const listener = yield* listen();
      const { port } = listener.address as { port: number };
      expect(yield* select([listener], [], [], 5)).toEqual([[], [], []]);
      const client = yield* createConnection({ port });
      const [ready] = yield* select([listener], [], [], 1000);
      expect(ready).toHaveLength(1);
      const server = yield* listener.accept();
      const [, writable] = yield* select([client], [client], []);
      expect(writable[0] === client).toBe(true);
      const selecting = spawn(() => select([client, server], [], []));
      yield* sleep(1);
      yield* client.sendAll("x");
      const [[readable]] = yield* selecting;
      expect(readable === server).toBe(true);
      yield* server.recv();
      const killed = spawn(() => select([server], [], [])) as Greenlet;
      yield* sleep(1);
      yield* killed.kill();
      expect(killed.value).toBeInstanceOf(GreenletExit);
      for (const end of [client, server, listener]) end.close();
    }, network.options()),
  );

  it(
    "392 select takes any iterable, and refuses what is no socket",
    inHub(function* () {
      const [left, right] = socketPair();
      expect((yield* select([], new Set([left]), []))[1]).toHaveLength(1);
      for (const bad of ["x", 5, null, {}]) {
        expect(codeOf(thrownBy(() => select([bad as never], [], [])))).toBe("WEV_ERR_ARGUMENT");
      }
      left.close();
      right.close();
    }, network.options()),
  );

  it(
    "395 a listener or a socket that is closed while select waits for it is ready",
    inHub(function* () {
      const listener = yield* listen();
      const selecting = spawn(() => select([listener], [], []));
      yield* sleep(1);
      listener.close();
      expect((yield* selecting)[0]).toHaveLength(1);
    }, network.options()),
  );

  it(
    "394 poll gives what each is ready for; unregistering an unknown one is refused",
    inHub(function* () {
      const server = new StreamServer({}, echo);
      yield* server.start();
      const client = yield* createConnection({ port: portOf(server) });
      const poll = new Poll();
      poll.register(client);
      expect((yield* poll.poll(100)).map(([, events]) => events)).toEqual([POLLOUT]);
      yield* client.sendAll("x");
      poll.register(client, POLLIN);
      expect((yield* poll.poll(1000)).map(([, events]) => events)).toEqual([POLLIN]);
      poll.unregister(client);
      expect(codeOf(thrownBy(() => poll.unregister(client)))).toBe("WEV_ERR_ARGUMENT");
      expect(codeOf(thrownBy(() => poll.register(client, 64)))).toBe("WEV_ERR_ARGUMENT");
      client.close();
      yield* server.stop();
    }, network.options()),
  );
});
