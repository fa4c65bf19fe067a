// Sockets, servers and select as a guest's own blocking calls. Each export logs what it saw.
import {
  catchExit, collect, createConnection, Datagram, DatagramServer, DatagramSocket, getCurrent, joinAll, kill, listen, lookup, onExit, Pool, select, Selectable,
  Shutdown, sleep, Socket, socketPair, spawn, Status, StreamServer, Timeout,
} from "wevent/assembly";

function text(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** A name for a status, so that a failing test says what happened. */
function word(status: Status): string {
  if (status == Status.Ok) return "Ok";
  if (status == Status.TimedOut) return "TimedOut";
  if (status == Status.Killed) return "Killed";
  if (status == Status.Expired) return "Expired";
  if (status == Status.Closed) return "Closed";
  if (status == Status.Failed) return "Failed";
  if (status == Status.Ended) return "Ended";
  if (status == Status.TooLong) return "TooLong";
  if (status == Status.Unsupported) return "Unsupported";
  return status.toString();
}

// ---- servers

let served: i32 = 0;
let ended: i32 = 0;

function noteEnd(): void {
  ended++;
}

/** Echoes lines; collects garbage between any two, in the middle of frames that hold some. */
function echo(socket: Socket): void {
  onExit(noteEnd);
  served++;
  for (;;) {
    const line = socket.readLine();
    if (!line.ok) return;
    const words = line.value;
    if (words == null) return;
    if (words == "trap") throw new Error("asked to");
    collect();
    const answer = "<" + words + ">\n";
    if (socket.sendAll(answer) != Status.Ok) return;
    collect();
  }
}

let server: StreamServer | null = null;

/** Serves until `stopServer`; answers the port once it listens. */
export function startServer(limit: i32, isTls: i32): i32 {
  served = 0;
  ended = 0;
  const made = new StreamServer({ tls: isTls != 0 }, echo, limit > 0 ? new Pool(limit) : null);
  server = made;
  if (made.start() != Status.Ok) {
    console.log(made.error!.code);
    return 0;
  }
  return made.address!.port;
}

function startAgain(made: StreamServer): void {
  console.log(word(made.start()));
}

/** Two greenlets start one server at once, where only one can listen. */
export function startsTwice(): void {
  const free = listen({}).value;
  const port = free.address!.port;
  free.close();
  const made = new StreamServer({ port }, echo);
  joinAll([spawn(startAgain, made), spawn(startAgain, made)]);
  console.log((made.error == null).toString() + " " + (made.address!.port == port).toString());
  made.stop();
}

/** Serves with what a driver of the test gives, which cannot accept the first. */
export function startFailing(): void {
  served = 0;
  ended = 0;
  server = new StreamServer({}, echo);
  console.log(word(server!.start()));
}

export function stopServer(timeoutMs: f64): void {
  const running = server!;
  running.stop(timeoutMs);
  console.log("served " + served.toString() + " ended " + ended.toString() + " left " + running.connectionCount.toString());
  console.log(word(running.start()) + " " + running.closed.toString() + " " + running.started.toString());
}

export function pause(isPaused: i32): void {
  if (isPaused) server!.stopAccepting();
  else server!.startAccepting();
}

/** A server whose connections may be silent for 20 ms. */
export function startImpatient(): i32 {
  served = 0;
  ended = 0;
  const made = new StreamServer({}, echo);
  made.timeout = 20;
  server = made;
  made.start();
  return made.address!.port;
}

export function serveForever(): void {
  const made = new StreamServer({}, echo);
  server = made;
  console.log("over " + word(made.serveForever()));
}

export function portOfServer(): i32 {
  const address = server!.address;
  return address == null ? 0 : address.port;
}

/** Runs a connection that TypeScript has accepted. */
export function handle(socket: u32): void {
  const given = Socket.fromHandle(socket);
  echo(given);
  given.close();
}

// ---- clients

/** Talks to an echo server from many greenlets at once; answers how many lines came back as they should. */
let right: i32 = 0;
let sentBytes: i32 = 0;

class Job {
  constructor(readonly port: i32, readonly id: i32, readonly rounds: i32, readonly isTls: bool) {}
}

function talk(job: Job): void {
  const answer = createConnection({ host: "localhost", port: job.port, tls: job.isTls });
  if (!answer.ok) {
    console.log(answer.error!.code);
    return;
  }
  const socket = answer.value;
  for (let round = 0; round < job.rounds; round++) {
    const words = "client " + job.id.toString() + " round " + round.toString() + "é";
    sentBytes += String.UTF8.byteLength(words) + 1;
    if (socket.sendAll(words + "\n") != Status.Ok) return;
    const line = socket.readLine(20000);
    if (line.ok && line.value == "<" + words + ">") right++;
    collect();
  }
  socket.close();
}

export function clients(port: i32, count: i32, rounds: i32, isTls: i32): i32 {
  right = 0;
  const pool = new Pool(count);
  for (let i = 0; i < count; i++) pool.spawn(talk, new Job(port, i, rounds, isTls != 0));
  pool.join();
  return right;
}

// ---- what can go wrong

export function connects(port: i32, timeoutMs: f64): void {
  const answer = createConnection({ port, timeout: timeoutMs });
  console.log(word(answer.status));
  const error = answer.error;
  if (error != null) console.log(error.code + " " + error.errno + " " + error.message);
  if (answer.ok) answer.value.close();
}

export function looksUp(name: i32): void {
  const answer = lookup(name == 0 ? "localhost" : "no-such-host.invalid");
  console.log(word(answer.status) + (answer.ok ? " " + (answer.value.length > 0).toString() + " " + answer.value[0].port.toString() : " " + answer.error!.code));
}

export function listensTwice(): void {
  const first = listen({}).value;
  const port = first.address!.port;
  const second = listen({ port });
  console.log(word(second.status) + " " + second.error!.code + " " + second.error!.errno);
  first.close();
  console.log(first.closed.toString() + " " + (first.address == null).toString() + " " + word(first.accept().status));
}

export function connectsNowhere(): void {
  createConnection({ port: 70000 });
}

export function receivesNothing(): void {
  socketPair()[0].recv(0);
}

/** A raw peer breaks the connection in the middle of a receive, or of a send. */
export function isBroken(port: i32, isSend: i32): void {
  const socket = createConnection({ port }).value;
  let status: Status;
  if (isSend) {
    const much = new Uint8Array(1 << 20);
    do status = socket.sendAll(much);
    while (status == Status.Ok);
  } else {
    socket.sendAll("now");
    status = socket.recvExactly(1 << 20).status;
  }
  const error = socket.error;
  console.log(word(status) + " " + (error == null ? "no error" : error.code));
  console.log(word(socket.recv().status));
  socket.close();
}

// ---- pairs

let left: Socket | null = null;
let other: Socket | null = null;
let log: string = "";

function openPair(): void {
  const pair = socketPair();
  left = pair[0];
  other = pair[1];
}

function readFour(): void {
  const answer = left!.recvExactly(4);
  console.log("read " + word(answer.status) + (answer.ok ? " " + text(answer.value) : ""));
}

function readAny(): void {
  const answer = left!.recv();
  console.log("any " + word(answer.status) + (answer.ok ? " " + text(answer.value) : ""));
}

/** One reader is killed while it waits, the next gets what comes. */
export function killedReader(): void {
  openPair();
  const first = spawn(readFour);
  const second = spawn(readAny);
  sleep(0);
  other!.sendAll("ab");
  first.kill();
  console.log(first.killed.toString());
  second.join();
  left!.close();
  other!.close();
}

function readGently(): void {
  catchExit();
  readFour();
  readAny();
}

/** A reader that catches its kill goes on, with nothing taken. */
export function gentleReader(): void {
  openPair();
  const reader = spawn(readGently);
  sleep(0);
  other!.sendAll("ab");
  kill(reader);
  reader.join();
  left!.close();
  other!.close();
}

/** Limits of a call, of a socket and of a greenlet. */
export function limits(): void {
  openPair();
  const start = Date.now();
  console.log("call " + word(left!.recv(10, 20).status));
  left!.setTimeout(10);
  console.log("socket " + word(left!.readLine().status));
  const timeout = Timeout.startNew(15);
  console.log("greenlet " + word(left!.recvExactly(3, 10000).status) + " " + timeout.fired.toString());
  console.log("none lost " + (Date.now() - start >= 45).toString());
  other!.sendAll("abc");
  console.log(text(left!.recvExactly(3).value));
  left!.close();
  console.log("after " + word(left!.recv().status) + " " + word(left!.sendAll("x")) + " " + word(left!.setTimeout(1)) + " " + left!.closed.toString());
  other!.close();
}

/** Closing wakes whoever waits, and the other end sees the end. */
export function closes(): void {
  openPair();
  const reader = spawn(readFour);
  const far = spawn(readFar);
  sleep(0);
  left!.close();
  joinAll([reader, far]);
  console.log("send " + word(other!.sendAll("x")) + " " + other!.error!.code);
  other!.close();
}

function readFar(): void {
  const answer = other!.recv();
  console.log("far " + word(answer.status) + " " + answer.value.length.toString());
}

/** Half-close, lines, what is left at the end. */
export function halves(): void {
  openPair();
  other!.sendAll("one\r\ntwo\nthree");
  other!.shutdown(Shutdown.Write);
  console.log(word(other!.sendAll("more")));
  for (let i = 0; i < 3; i++) console.log(left!.readLine().value!);
  console.log((left!.readLine().value == null).toString() + " " + left!.recv().value.length.toString());
  console.log(word(left!.recvExactly(1).status));
  left!.sendAll("still");
  const into = new Uint8Array(3);
  console.log(other!.recvInto(into).value.toString() + " " + text(into));
  console.log(other!.recvInto(into).value.toString() + " " + text(into));
  left!.shutdown(Shutdown.Both);
  console.log(other!.recvInto(into).value.toString());
  left!.close();
  other!.close();
}

export function longLine(): void {
  openPair();
  const writer = spawn(writeLong);
  console.log(word(left!.readLine().status));
  console.log(word(left!.readLine(10, 65000).status));
  console.log(left!.recvExactly(70000).value.length.toString());
  writer.join();
  left!.close();
  other!.close();
}

function writeLong(): void {
  other!.sendAll(new Uint8Array(70000).fill(97));
}

/** A writer that nobody reads waits, and sends in its turn; bytes are a copy. */
export function backPressure(): void {
  openPair();
  const writer = spawn(writeMuch);
  sleep(1);
  console.log("parked " + (!writer.dead).toString());
  let count = 0;
  let isRight = true;
  while (count < 1 << 20) {
    const bytes = left!.recv(10007).value;
    for (let i = 0; i < bytes.length; i++) isRight = isRight && bytes[i] == <u8>((count + i) * 7);
    count += bytes.length;
  }
  writer.join();
  console.log(count.toString() + " " + isRight.toString());
  left!.close();
  other!.close();
}

function writeMuch(): void {
  const much = new Uint8Array(1 << 20);
  for (let i = 0; i < much.length; i++) much[i] = <u8>(i * 7);
  console.log("sent " + word(other!.sendAll(much)));
}

let shared: Uint8Array = new Uint8Array(0);

function sendShared(socket: Socket): void {
  console.log("sent " + word(socket.sendAll(shared)));
  socket.close();
}

/** Sends more than the system takes, and uses the array again while the rest still waits. */
export function isCopied(port: i32): void {
  const socket = createConnection({ port }).value;
  shared = new Uint8Array(8 << 20).fill(1);
  const sender = spawn(sendShared, socket);
  sleep(0);
  console.log("waits " + (!sender.dead).toString());
  shared.fill(2);
  memory.grow(1);
  socket.setNoDelay();
  sender.join();
}

// ---- select

export function selects(): void {
  const a = socketPair();
  const b = socketPair();
  const reads: Selectable[] = [a[0], b[0]];
  const writes: Selectable[] = [a[0]];
  const none: Selectable[] = [];
  const timedOut = select(reads, none, none, 10);
  console.log(word(timedOut.status) + " " + timedOut.value.read.length.toString());
  b[1].sendAll("x");
  const one = select(reads, none, none).value;
  console.log(one.read.length.toString() + " " + (one.read[0] == b[0]).toString());
  const both = select(reads, writes, none).value;
  console.log(both.read.length.toString() + " " + both.write.length.toString());
  const waiting = spawn(selectOne, a[0]);
  sleep(0);
  a[1].sendAll("y");
  waiting.join();
  const killed = spawn(selectOne, b[1]);
  sleep(0);
  killed.kill();
  console.log("killed " + killed.killed.toString());
  a[0].close();
  console.log("closed " + select(reads, none, none).value.read.length.toString());
  b[0].close();
  console.log("both closed " + select(reads, none, none).value.read.length.toString());
  a[1].close();
  b[1].close();
}

function selectOne(socket: Socket): void {
  const answer = select([socket], [], []);
  console.log("woken " + word(answer.status) + " " + answer.value.read.length.toString());
}

// ---- datagrams

function answerOne(socket: DatagramSocket): void {
  const got = socket.recvFrom().value;
  collect();
  const from = got.address;
  console.log("got " + text(got.data) + " " + (from.port > 0).toString() + " " + from.host);
  socket.sendTo("<" + text(got.data) + ">", from.host, from.port);
}

function receiveOne(socket: DatagramSocket): void {
  console.log("woken " + word(socket.recvFrom().status));
}

export function datagrams(): void {
  const one = DatagramSocket.bind({}).value;
  const two = DatagramSocket.bind({}).value;
  const taken = DatagramSocket.bind({ port: one.address!.port });
  console.log("taken " + word(taken.status) + " " + taken.error!.code);
  const answering = spawn(answerOne, two);
  console.log("sent " + word(one.sendTo("hello", "127.0.0.1", two.address!.port)));
  const back = one.recvFrom(10000).value;
  console.log("back " + text(back.data) + " " + (back.address.port == two.address!.port).toString());
  answering.join();
  console.log("late " + word(one.recvFrom(10).status));
  console.log("large " + word(one.sendTo(new Uint8Array(100000), "127.0.0.1", two.address!.port)) + " " + (one.error != null).toString());
  one.sendTo(new Uint8Array(0), "127.0.0.1", two.address!.port);
  console.log("selected " + select([one, two], [], []).value.read.length.toString() + " empty " + two.recvFrom().value.data.length.toString());
  const waiting = spawn(receiveOne, two);
  sleep(0);
  two.close();
  waiting.join();
  console.log("closed " + two.closed.toString() + " " + word(two.sendTo("x", "127.0.0.1", 1)) + " " + (two.address == null).toString() + " " + two.dropped.toString());
  one.close();
}

let answering: DatagramServer | null = null;

function answer(datagram: Datagram): void {
  const words = text(datagram.data);
  if (words == "trap") throw new Error("asked to");
  if (words == "slowly") sleep(30);
  collect();
  answering!.sendTo("<" + words + ">", datagram.address.host, datagram.address.port);
}

export function startDatagramServer(): i32 {
  const made = new DatagramServer({}, answer, new Pool(2));
  answering = made;
  // Two who start it at once start one.
  joinAll([spawn(startOther, made), spawn(startOther, made)]);
  return made.address!.port;
}

function startOther(server: DatagramServer): void {
  server.start();
}

export function datagramHandlers(): i32 {
  return answering!.handlerCount;
}

export function stopDatagramServer(): void {
  answering!.stop(-1);
  console.log(word(answering!.sendTo("x", "127.0.0.1", 1)) + " " + answering!.handlerCount.toString() + " " + answering!.dropped.toString());
}

// ---- the rest

/** Waits for ever, for LoopExit and listings. */
export function waits(): void {
  openPair();
  getCurrent()!.name = "patient";
  left!.recv();
}

export function unixEcho(): void {
  const listener = listen({ path: "/tmp/wevent-guest-" + (Math.random() * 1e9).toString() + ".sock" }).value;
  const address = listener.address!;
  console.log((address.family == 0 && address.toString() == address.host).toString());
  const client = spawn(sayHello, address.host);
  const socket = listener.accept(5000).value;
  console.log(socket.readLine().value!);
  client.join();
  socket.close();
  listener.close();
}

function sayHello(path: string): void {
  const socket = createConnection({ path }).value;
  socket.sendAll("hello over a path\n");
  socket.close();
}

/** Opens some and leaves them open. */
export function leavesOpen(count: i32): void {
  for (let i = 0; i < count; i++) socketPair();
  listen({});
}

/** Every byte twice through a pair, by two greenlets that collect at every switch. */
export function stress(count: i32): i32 {
  const pair = socketPair();
  const echoing = spawn(echo, pair[1]);
  let same = 0;
  for (let i = 0; i < count; i++) {
    const words = "line " + i.toString();
    pair[0].sendAll(words + "\n");
    const line = pair[0].readLine().value;
    collect();
    if (line == "<" + words + ">") same++;
  }
  pair[0].close();
  echoing.join();
  pair[1].close();
  return same;
}
