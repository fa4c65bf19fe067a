// A driver for datagrams that does what a test tells it: what comes, what becomes of a send, and when.

import type { Driver } from "wevent/hub";
import type {
  DatagramEvents,
  DatagramHandle,
  DatagramPlace,
  DatagramTarget,
  NetDriver,
  StreamHandle,
} from "../../host/core/net.js";
import { ManualDriver } from "./manual-driver.ts";

/** One datagram that is with the "system" until `tell` is called. */
interface Sent {
  readonly data: Uint8Array;
  readonly to: DatagramTarget | null;
  readonly tell: (error: unknown) => void;
}

export class FakeUdp implements NetDriver {
  isExternal = true;
  readonly places: DatagramPlace[] = [];
  readonly sent: Sent[] = [];
  closed = 0;
  /** Whether it binds at once, or when the test calls `events.bound`. */
  isPrompt = true;
  events!: DatagramEvents;

  connect(): StreamHandle {
    throw new Error("there are no streams here");
  }

  listen(): never {
    throw new Error("there are no streams here");
  }

  lookup(): Promise<never> {
    return Promise.reject(new Error("nobody is known here"));
  }

  bindDatagrams(place: DatagramPlace, events: DatagramEvents): DatagramHandle {
    this.places.push(place);
    this.events = events;
    if (this.isPrompt) setImmediate(() => events.bound({ host: "here", port: 7, family: 4 }));
    return {
      isExternal: this.isExternal,
      send: (data, to, tell) => void this.sent.push({ data, to, tell }),
      close: () => {
        this.closed++;
      },
    };
  }

  /** A datagram of so many bytes comes; its first byte is `first`. */
  arrive(sizeBytes: number, first = 0): void {
    const data = new Uint8Array(sizeBytes);
    if (sizeBytes > 0) data[0] = first;
    this.events.received(data, { host: "there", port: 9, family: 4 });
  }
}

/** The fake, and the options of a hub that uses it. */
export function overFakeUdp() {
  const net = new FakeUdp();
  const driver: Driver = Object.assign(new ManualDriver(), { capabilities: new Set(["udp"]), net });
  return { net, options: { driver, clock: "virtual" } as const };
}
