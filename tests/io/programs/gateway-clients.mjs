// Clients of gateway-load.test.ts, and the targets that they ask for, made of bare callbacks:
// WEVENT_GATEWAY_TOKEN=TOKEN node gateway-clients.mjs
//
// Says { echo, flood }: the ports of a target that echoes, and of one that sends without end. Told { url, count },
// opens so many WebSockets to the gateway, of which some are honest and each other attacks in its way; says
// { open, refused } once each has come as far as it can. Told "again", the honest ones ask once more, and then
// all end, in as many ways; says { wrong }: answers that were not right.
import { createServer } from "node:net";
import WebSocket from "crossws/websocket";

const token = process.env["WEVENT_GATEWAY_TOKEN"];
/** WebSockets that are being opened at a time. */
const MOST_OPENING = 32;
const [OPEN, OPENED, DATA, FAILED] = [1, 2, 3, 6];

let wrong = 0;

function message(kind, bytes) {
  return Buffer.concat([Buffer.from([kind]), bytes]);
}

class Peer {
  #changed = () => {};
  heard = [];
  isClosed = false;

  constructor(url) {
    // With options it is a WebSocket that can be cut, on every version of Node.
    this.socket = new WebSocket(url, [], {});
    this.socket.binaryType = "nodebuffer";
    this.socket.addEventListener("error", () => {});
    this.socket.addEventListener("message", ({ data }) => {
      this.heard.push(data);
      this.#changed();
    });
    this.socket.addEventListener("close", () => {
      this.isClosed = true;
      this.#changed();
    });
    this.socket.addEventListener("open", () => this.#changed());
  }

  async until(isSo) {
    while (!isSo() && !this.isClosed) {
      await new Promise((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async opened() {
    await this.until(() => this.socket.readyState === 1);
    return this;
  }

  ask(body) {
    const all = { version: 1, token, host: "127.0.0.1", windowBytes: 65_536, ...body };
    this.socket.send(message(OPEN, Buffer.from(JSON.stringify(all))));
  }

  /** Sends a line to a target that echoes, and expects it back. */
  async echo(line) {
    const before = this.heard.length;
    this.socket.send(message(DATA, Buffer.from(line)));
    const got = () =>
      this.heard
        .slice(before)
        .filter(([kind]) => kind === DATA)
        .map((data) => data.subarray(1).toString())
        .join("");
    await this.until(() => got().length >= line.length);
    if (got() !== line) wrong++;
  }

  /** Whether it was refused for that reason, and is closed. */
  async refusedFor(reason) {
    await this.until(() => false);
    const last = this.heard.at(-1);
    if (last?.[0] !== FAILED || JSON.parse(last.subarray(1).toString()).reason !== reason) wrong++;
  }
}

async function serve(take) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    take(socket);
  });
  await new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 511 }, resolve));
  return server.address().port;
}

const echo = await serve((socket) => socket.pipe(socket));
const flood = await serve((socket) => {
  const pour = () => {
    while (socket.writable && socket.write(Buffer.alloc(16_384)));
  };
  socket.on("drain", pour);
  socket.on("end", () => socket.destroy());
  pour();
});

async function honest(peer, i) {
  peer.ask({ port: echo });
  await peer.until(() => peer.heard.length > 0);
  if (peer.heard[0]?.[0] !== OPENED) wrong++;
  await peer.echo(`client ${i}`);
  return peer;
}

/** What each does; those that stay give themselves. */
const KINDS = [
  honest,
  // Says nothing.
  async (peer) => peer,
  async (peer) => {
    peer.ask({ port: echo, token: "a guess at the token" });
    await peer.refusedFor("token");
  },
  async (peer) => {
    peer.ask({ port: 1 });
    await peer.refusedFor("target");
  },
  honest,
  async (peer, i) => {
    peer.socket.send(i % 2 === 0 ? "text" : Buffer.from([7, i & 255]));
    await peer.refusedFor("protocol");
  },
  // Lets a flood come and takes nothing of it.
  async (peer) => {
    peer.ask({ port: flood });
    await peer.until(() => peer.heard.length > 1);
    return peer;
  },
  // Sends what it has no credit for, as fast as it can.
  async (peer) => {
    peer.ask({ port: flood });
    await peer.until(() => peer.heard.length > 0);
    for (let i = 0; i < 40; i++) peer.socket.send(message(DATA, Buffer.alloc(16_384)));
    await peer.refusedFor("protocol");
  },
];

const told = () => new Promise((resolve) => process.once("message", resolve));
process.send({ echo, flood });

for (;;) {
  const work = await told();
  if (work === "end") break;
  const { url, count } = work;
  wrong = 0;
  let next = 0;
  const staying = [];
  await Promise.all(
    Array.from({ length: MOST_OPENING }, async () => {
      while (next < count) {
        const i = next++;
        const kind = i % KINDS.length;
        const peer = await KINDS[kind](await new Peer(url).opened(), i);
        if (peer !== undefined) staying.push({ peer, isHonest: KINDS[kind] === honest });
      }
    }),
  );
  process.send({ open: staying.length, refused: count - staying.length });
  await told();
  for (const { peer, isHonest } of staying) if (isHonest) await peer.echo("again");
  staying.forEach(({ peer }, i) => {
    if (i % 2 === 0) peer.socket.terminate();
    else peer.socket.close();
  });
  await Promise.all(staying.map(({ peer }) => peer.until(() => false)));
  process.send({ wrong });
}
process.exit(0);
