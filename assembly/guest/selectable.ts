// Owns what select can wait for: the host's number of it.

/** A socket or a listener. */
export abstract class Selectable {
  /** The host's number; 0: none. */
  handle: u32 = 0;
}
