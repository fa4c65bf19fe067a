// Owns callbacks that are told each time something may have become ready. Nobody watches most streams,
// so there is no set until somebody does.

export class Watchers {
  #callbacks: Set<() => void> | null = null;

  /** Returns what takes it back. */
  add(callback: () => void): () => void {
    // One's own, so that the same callback can be added twice.
    const tell = () => callback();
    this.#callbacks ??= new Set();
    this.#callbacks.add(tell);
    return () => void this.#callbacks?.delete(tell);
  }

  tell(): void {
    if (this.#callbacks === null) return;
    for (const tell of [...this.#callbacks]) tell();
  }
}
