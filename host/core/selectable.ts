// Owns what can be waited for by several at once: select and poll. It must not know what a socket is.

/** One direction of something: whether a call would wait. */
export interface Readiness {
  isReady(): boolean;
  /** false: what makes it ready comes from the hub itself: see IoWait. Omitted: true. */
  readonly isExternal?: boolean;
  /** Tells when that may have changed; answers what takes it back. */
  watch(tell: () => void): () => void;
}

/** What select and poll take: sockets, listeners. */
export interface Selectable {
  /** @internal null or none: it cannot be read. */
  readonly _readable?: Readiness | null;
  /** @internal null or none: it cannot be written. */
  readonly _writable?: Readiness | null;
}
