// Owns connecting where a hub may have only so many connections: one that has no place yet begins when
// another has been closed. It must not know who says how many.

import type { Places } from "./_places.js";
import type { Address, NetDriver, StreamEvents, StreamHandle, Target } from "./core/net.js";

export function connectInPlace(
  net: NetDriver,
  places: Places,
  target: Target,
  events: StreamEvents,
): StreamHandle {
  return new PlacedStream(net, places, target, events);
}

class PlacedStream implements StreamHandle {
  readonly isExternal: boolean | undefined;
  readonly #leave: () => void;
  /** Null: it waits for its place, and is asked for nothing but to be destroyed. */
  #handle: StreamHandle | null = null;

  constructor(net: NetDriver, places: Places, target: Target, events: StreamEvents) {
    this.isExternal = net.isExternal;
    let isLater = false;
    this.#leave = places.take(() => {
      try {
        this.#handle = net.connect(target, this.#watched(events));
      } catch (error) {
        if (!isLater) throw error;
        events.failed(error as Error);
      }
    });
    isLater = true;
  }

  /** The same events; the place is free once the stream is closed. */
  #watched(events: StreamEvents): StreamEvents {
    return {
      opened: () => events.opened(),
      received: (chunk) => events.received(chunk),
      ended: () => events.ended(),
      drained: () => events.drained(),
      cannotWrite: (error) => events.cannotWrite?.(error),
      failed: (error) => events.failed(error),
      closed: () => {
        this.#leave();
        events.closed();
      },
    };
  }

  get local(): Address | null {
    return this.#handle?.local ?? null;
  }

  get remote(): Address | null {
    return this.#handle?.remote ?? null;
  }

  setNoDelay(isOn: boolean): void {
    this.#handle!.setNoDelay(isOn);
  }

  pause(): void {
    this.#handle!.pause();
  }

  resume(): void {
    this.#handle!.resume();
  }

  write(bytes: Uint8Array): boolean {
    return this.#handle!.write(bytes);
  }

  end(): void {
    this.#handle!.end();
  }

  destroy(): void {
    this.#handle?.destroy();
    this.#leave();
  }
}
