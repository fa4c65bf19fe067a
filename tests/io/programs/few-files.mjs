// An echo server that prints its port, then whatever is reported; and for each line of its input how it
// could connect and listen: the code and the system's name for it, or "done".
import { createInterface } from "node:readline";
import { Hub } from "wevent";
import { StreamServer } from "wevent/server";
import { createConnection, listen } from "wevent/socket";

const hub = new Hub({ onError: ({ error }) => console.log(`reported ${error.code}`) });
let port = 0;

function* outcome(open) {
  try {
    (yield* open()).close();
    return "done";
  } catch (error) {
    return `${error.name} ${error.code} ${error.errno}`;
  }
}

createInterface({ input: process.stdin }).on("line", () =>
  hub.run(function* () {
    console.log(yield* outcome(() => createConnection({ port })));
    console.log(yield* outcome(() => listen()));
  }),
);

await hub.run(function* () {
  const server = new StreamServer({}, function* (socket) {
    for (;;) {
      const bytes = yield* socket.recv();
      if (bytes.length === 0) return;
      yield* socket.sendAll(bytes);
    }
  });
  yield* server.start();
  port = server.address.port;
  console.log(port);
  yield* server.serveForever();
});
