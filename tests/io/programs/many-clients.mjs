// Clients of many-connections.mjs, made of bare callbacks: node many-clients.mjs PORT COUNT SEED.
//
// Opens COUNT connections, each of which sends its number and must get it back; says "open" and waits to
// be told to go on. Then closes them in an order and in ways that the seed draws, while some of those that
// are left send again; says "closed", with the bytes that came back wrong.
import { connect } from "node:net";

const [port, count, seed] = process.argv.slice(2).map(Number);
/** Connections that are being made at a time: fewer than any backlog. */
const MOST_CONNECTING = 64;

let state = seed;
function draw(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

let wrong = 0;

/** Sends a line; resolves once it is back, or the connection is closed. */
function ask(socket, line) {
  return new Promise((resolve) => {
    let got = "";
    const done = () => {
      socket.off("data", take).off("close", done);
      if (got !== `${line}\n`) wrong++;
      resolve();
    };
    const take = (text) => {
      got += text;
      if (got.endsWith("\n")) done();
    };
    socket.on("data", take).on("close", done);
    socket.write(`${line}\n`);
  });
}

const closed = (socket) => (socket.closed ? null : new Promise((resolve) => socket.once("close", resolve)));

/** The ways in which a connection ends; the server's handler returns when it is told to leave. */
const WAYS = [
  (socket) => socket.end(),
  (socket) => socket.destroy(),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.write("leave\n"),
  // In the middle of a line.
  (socket) => socket.end("half a li"),
];

function open(i) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.off("error", reject).on("error", () => {});
      ask(socket, `${i}`).then(() => resolve(socket));
    });
    socket.setEncoding("latin1").once("error", reject);
  });
}

const sockets = [];
let next = 0;
await Promise.all(
  Array.from({ length: MOST_CONNECTING }, async () => {
    while (next < count) sockets.push(await open(next++));
  }),
);

process.send("open");
await new Promise((resolve) => process.once("message", resolve));

while (sockets.length > 0) {
  const ended = [];
  for (let i = 0; i < 50 && sockets.length > 0; i++) {
    const [socket] = sockets.splice(draw(sockets.length), 1);
    WAYS[draw(WAYS.length)](socket);
    ended.push(closed(socket));
  }
  const left = Array.from({ length: Math.min(20, sockets.length) }, () => sockets[draw(sockets.length)]);
  await Promise.all([...new Set(left)].map((socket, i) => ask(socket, `again ${i}`)));
  await Promise.all(ended);
}
process.send({ wrong });
process.disconnect();
