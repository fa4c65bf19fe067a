// Owns errors that nobody has read, until somebody does or they are reported, and who is told.

import { outsideTasks } from "./current.js";
import { type ErrorReport, type Failed, type Failure, reportOf } from "./report.js";

export class Reports {
  readonly #handlers = new Set<(report: ErrorReport) => void>();
  #unread: { readonly failed: Failed; readonly turn: number }[] = [];

  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  addHandler(handler: (report: ErrorReport) => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  /** A greenlet failed in that turn. */
  note(failed: Failed, turn: number): void {
    this.#unread.push({ failed, turn });
  }

  /** Reports what failed before that turn and was not read. */
  flush(beforeTurn: number): void {
    if (this.#unread.length === 0) return;
    const unread = this.#unread;
    this.#unread = unread.filter(({ failed, turn }) => failed._unread !== null && turn >= beforeTurn);
    for (const { failed, turn } of unread) {
      const failure = failed._unread;
      if (failure === null || turn >= beforeTurn) continue;
      this.report({ error: failure.error, context: failed, name: failed.name, failed });
    }
  }

  report(failure: Failure): void {
    const report = reportOf(failure);
    if (this.#handlers.size === 0) {
      console.error(report.text);
      return;
    }
    for (const handler of this.#handlers) {
      try {
        outsideTasks(() => handler(report));
      } catch (error) {
        console.error(`the error handler failed: ${String(error)}\n${report.text}`);
      }
    }
  }
}
