// Owns a chat over lines of text: who is there, in which rooms, and what each has not been sent yet. It
// must not know who they are: members are connections.
//
// Two greenlets for each member: one reads what they say, the other sends what they are told, from a queue
// of their own. So a member who reads slowly holds up nobody; one whose queue is full is disconnected,
// for a word of warning would wait behind all that is not read. And nobody talks faster than people hear:
// one who pours out lines would fill the queues of those who do read, and they would be shown out for it.

import { call, forEach, Queue, sleep, spawn } from "wevent";
import { StreamServer } from "wevent/server";
import { ClosedError, LineTooLongError, type ListenOptions, type Socket, SocketError } from "wevent/socket";

const LONGEST_LINE_BYTES = 1000;
/** How long who leaves may take to read what was said before. */
const FAREWELL_MS = 1000;
const NAME = /^[\w-]{1,20}$/;

export interface ChatOptions {
  /** Lines that wait for one member; with one more he is too slow. Omitted: 100. */
  readonly mostUnread?: number;
  /** Omitted: 1000. Who comes then waits until another leaves. */
  readonly mostMembers?: number;
  /** How long, in ms, a member's next line waits after each: who says more is read more slowly. Omitted: 10. */
  readonly pace?: number;
}

class Member {
  name = "somebody";
  room: string | null = null;
  isTooSlow = false;
  readonly socket: Socket;
  readonly #unread: Queue<string>;
  readonly #writer = spawn(() => this.#write());

  constructor(socket: Socket, mostUnread: number) {
    this.socket = socket;
    this.#unread = new Queue(mostUnread);
  }

  /** Never waits. */
  tell(line: string) {
    if (this.#unread.isShutdown) return;
    if (!this.#unread.full()) return this.#unread.putNowait(line);
    this.isTooSlow = true;
    // Wakes both of his greenlets.
    this.socket.close();
  }

  /** Nothing more is told; what was told before may still be read, if that is soon. */
  *dismiss() {
    this.#unread.shutdown();
    yield* this.#writer.join(FAREWELL_MS);
    yield* this.#writer.kill();
  }

  *#write() {
    try {
      yield* forEach(this.#unread.iterate(), (line) => this.socket.sendAll(`${line}\n`));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Whether a connection has ended as connections do. */
function isGone(error: unknown) {
  return error instanceof SocketError || error instanceof ClosedError;
}

export class ChatServer {
  readonly #server: StreamServer;
  readonly #mostUnread: number;
  readonly #paceMs: number;
  readonly #members = new Set<Member>();
  readonly #rooms = new Map<string, Set<Member>>();

  constructor(place: ListenOptions, { mostUnread = 100, mostMembers = 1000, pace = 10 }: ChatOptions = {}) {
    this.#mostUnread = mostUnread;
    this.#paceMs = pace;
    // Who listens may be silent for hours: no limit for a call.
    const limits = { spawn: mostMembers, timeout: null };
    this.#server = new StreamServer(place, (socket) => this.#attend(socket), limits);
  }

  get address() {
    return this.#server.address;
  }

  get memberCount() {
    return this.#members.size;
  }

  get rooms(): readonly string[] {
    return [...this.#rooms.keys()];
  }

  start() {
    return this.#server.start();
  }

  /** Says goodbye: what was said before is still sent to who reads it soon. */
  stop() {
    return call(() => this.#stop());
  }

  *#stop() {
    this.#server.stopAccepting();
    for (const member of this.#members) {
      member.tell("* the chat is over");
      if (!member.socket.closed) member.socket.shutdown("read");
    }
    yield* this.#server.stop(2 * FAREWELL_MS);
  }

  /** One member, from hello to goodbye. */
  *#attend(socket: Socket) {
    const member = new Member(socket, this.#mostUnread);
    let reason = "has left";
    this.#members.add(member);
    try {
      member.tell("* your name?");
      yield* this.#listen(member);
    } catch (error) {
      if (error instanceof LineTooLongError) {
        member.tell(`* a line has at most ${LONGEST_LINE_BYTES} bytes`);
        reason = "said too much";
      } else if (isGone(error)) {
        reason = member.isTooSlow ? "was too slow" : "has vanished";
      } else {
        throw error;
      }
    } finally {
      this.#leave(member, reason);
      this.#members.delete(member);
      yield* member.dismiss();
    }
  }

  *#listen(member: Member) {
    let isNamed = false;
    for (;;) {
      const line = yield* member.socket.readLine(undefined, { maxBytes: LONGEST_LINE_BYTES });
      if (line === null || line === "/quit") return;
      if (isNamed) this.#obey(member, line);
      else isNamed = this.#name(member, line);
      yield* sleep(this.#paceMs);
    }
  }

  #name(member: Member, name: string) {
    const isTaken = [...this.#members].some((other) => other.name === name);
    if (isTaken || !NAME.test(name)) {
      member.tell(isTaken ? `* there is a ${name} already; your name?` : "* letters and digits; your name?");
      return false;
    }
    member.name = name;
    member.tell(`* hello ${name}: /join ROOM, /rooms, /quit`);
    return true;
  }

  #obey(member: Member, line: string) {
    const [command, argument = ""] = line.split(" ");
    if (command === "/join") this.#join(member, argument);
    else if (command === "/rooms") member.tell(`* rooms: ${this.rooms.join(", ")}`);
    else if (command!.startsWith("/")) member.tell(`* there is no ${command}`);
    else if (member.room === null) member.tell("* you are in no room: /join ROOM");
    else this.#tellOthers(member, `${member.name}: ${line}`);
  }

  #join(member: Member, room: string) {
    if (!NAME.test(room)) return member.tell("* a room is called by letters and digits");
    this.#leave(member, "has left");
    const others = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, others);
    const names = [...others].map(({ name }) => name).join(", ");
    others.add(member);
    member.room = room;
    member.tell(`* you are in ${room} with ${names || "nobody"}`);
    this.#tellOthers(member, `* ${member.name} has come`);
  }

  #leave(member: Member, reason: string) {
    const { room } = member;
    if (room === null) return;
    this.#tellOthers(member, `* ${member.name} ${reason}`);
    const members = this.#rooms.get(room)!;
    members.delete(member);
    if (members.size === 0) this.#rooms.delete(room);
    member.room = null;
  }

  #tellOthers(member: Member, line: string) {
    for (const other of this.#rooms.get(member.room!)!) if (other !== member) other.tell(line);
  }
}
