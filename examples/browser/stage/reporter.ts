// Owns how a stage tells the page of its hub: what has happened since the page took the last, and no more than
// it can draw. A schedule may have a million switches a second.

import type { Hub } from "wevent/hub";
import { type TraceEvent, type TreeNode, traceHub, trackGreenlets } from "wevent/util";
import type { FromStage } from "../messages.ts";

/** Events that wait for the page. Of more, the older half is not told. */
const MOST_EVENTS = 4000;

export class Reporter {
  readonly #hub: Hub;
  readonly #tell: (message: FromStage) => void;
  #events: TraceEvent[] = [];
  #missed = 0;
  /** Whether the page has taken what it was told last. */
  #isSeen = true;
  #isDue = false;

  constructor(hub: Hub, tell: (message: FromStage) => void) {
    this.#hub = hub;
    this.#tell = tell;
    // Before the trace, which says of a guest what the frames show.
    trackGreenlets(hub);
    traceHub(hub, { onEvents: (events) => this.#add(events) });
  }

  seen(): void {
    this.#isSeen = true;
    if (this.#events.length > 0) this.#ask();
  }

  /** Tells what is left, at the end. */
  flush(): void {
    this.#tell({
      type: "schedule",
      events: this.#events,
      missed: this.#missed,
      tree: plain(this.#hub.tree()),
    });
    this.#events = [];
    this.#missed = 0;
    this.#isSeen = false;
  }

  #add(events: readonly TraceEvent[]): void {
    for (const event of events) this.#events.push(event);
    const excess = this.#events.length - MOST_EVENTS;
    if (excess > 0) {
      this.#events.splice(0, excess + MOST_EVENTS / 2);
      this.#missed += excess + MOST_EVENTS / 2;
    }
    if (this.#isSeen) this.#ask();
  }

  /** After the turns that come at once: they are told together. */
  #ask(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      if (this.#events.length > 0) this.flush();
    }, 0);
  }
}

/** Outcomes are whatever a program makes: not all can be copied to a page. */
function plain(node: TreeNode): TreeNode {
  return { ...node, ended: null, children: node.children.map(plain) };
}
