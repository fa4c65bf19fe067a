// Owns a client: a few connections, each with a greenlet of its own that takes requests from one queue. So
// whoever asks may be killed at any time: the reply that is then nobody's is still read, by the greenlet
// whose connection it comes on, and never taken for another's.

import { AsyncResult, ConnectOptions, createConnection, Group, Queue, Socket, spawn } from "wevent/assembly";
import { encodeCommand, readReply, Reply, ReplyKind } from "./resp.as";

class Request {
  readonly replies: AsyncResult<Reply[]> = new AsyncResult<Reply[]>();

  constructor(
    readonly commands: string[][],
    readonly timeoutMs: f64,
  ) {}
}

class Sending {
  constructor(
    readonly socket: Socket,
    readonly text: string,
  ) {}
}

export class RespClient {
  private requests: Queue<Request> = new Queue<Request>();
  private workers: Group = new Group();

  /** @param timeoutMs - Longest wait for a part of a reply, unless a command says otherwise. */
  constructor(
    readonly place: ConnectOptions,
    connections: i32 = 5,
    private timeoutMs: f64 = 5000,
  ) {
    for (let i = 0; i < connections; i++) this.workers.spawn(work, this);
  }

  /** Sends one command and gives its reply. It is sent at most once: a broken one may have been done. */
  command(args: string[], timeoutMs: f64 = -1): Reply {
    return this.pipeline([args], timeoutMs)[0];
  }

  /** Sends commands in one go, over one connection, and gives the reply to each. */
  pipeline(commands: string[][], timeoutMs: f64 = -1): Reply[] {
    const request = new Request(commands, timeoutMs < 0 ? this.timeoutMs : timeoutMs);
    this.requests.put(request);
    const answer = request.replies.get();
    return answer.ok ? answer.value : allBroken(commands.length, "the wait was cut short");
  }

  /** Closes the connections, once what was asked is answered. */
  close(): void {
    this.requests.shutdown();
    this.workers.join();
  }

  /** One connection's life: it is opened for the first request, and anew after it broke. */
  work(): void {
    let socket: Socket | null = null;
    for (;;) {
      const next = this.requests.get();
      if (!next.ok) break;
      const request = next.value;
      if (socket == null) {
        const connection = createConnection(this.place);
        if (!connection.ok) {
          request.replies.set(allBroken(request.commands.length, "there is no connection"));
          continue;
        }
        socket = connection.value;
      }
      if (!exchange(socket, request)) {
        socket.close();
        socket = null;
      }
    }
    if (socket != null) socket.close();
  }
}

function work(client: RespClient): void {
  client.work();
}

function send(sending: Sending): void {
  sending.socket.sendAll(sending.text);
}

/** Whether the connection can be used again. */
function exchange(socket: Socket, request: Request): bool {
  const commands = request.commands;
  let text = "";
  for (let i = 0; i < commands.length; i++) text += encodeCommand(commands[i]);
  // The server may stop reading before its answers are taken: so not first all of one, then of the other.
  const sender = spawn(send, new Sending(socket, text));
  const replies: Reply[] = [];
  for (let i = 0; i < commands.length; i++) {
    const reply = readReply(socket, request.timeoutMs);
    if (reply.kind == ReplyKind.Broken) {
      socket.close();
      while (replies.length < commands.length) replies.push(reply);
      request.replies.set(replies);
      return false;
    }
    replies.push(reply);
  }
  sender.join();
  request.replies.set(replies);
  return true;
}

function allBroken(count: i32, why: string): Reply[] {
  const replies: Reply[] = [];
  for (let i = 0; i < count; i++) replies.push(new Reply(ReplyKind.Broken, why));
  return replies;
}
