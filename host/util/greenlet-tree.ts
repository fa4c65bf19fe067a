// Owns the tree of greenlets as an object and as a text.

import { describe } from "../core/errors.js";
import { currentHub, type Hub, requireHub } from "../core/hub.js";
import type { Ended, TreeNode } from "../core/inspect.js";

/** Options of `GreenletTree.format`. */
export interface FormatOptions {
  /** false: one line for each greenlet. Omitted: where it was spawned and where it is parked, too. */
  readonly details?: boolean;
}

/**
 * A greenlet and those it has spawned, as they were when the tree was made.
 *
 * @source gevent.util.GreenletTree; locals are not listed
 * @since 0.1
 */
export class GreenletTree {
  /** What is known of the greenlet itself. */
  readonly greenlet: TreeNode;
  /** Those it spawned, by id. */
  readonly children: readonly GreenletTree[];

  /** @internal */
  constructor(node: TreeNode) {
    this.greenlet = node;
    this.children = node.children.map((child) => new GreenletTree(child));
  }

  /**
   * The whole tree: main, and all below it.
   *
   * @noswitch
   * @param hub - Omitted: the current one.
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub
   */
  static currentTree(hub: Hub = currentHub()): GreenletTree {
    requireHub(hub, "list the greenlets of");
    return new GreenletTree(hub.tree());
  }

  /** The trees below main: of every greenlet that main spawned, or whose spawner is not known any more. @noswitch */
  static forest(hub: Hub = currentHub()): readonly GreenletTree[] {
    return GreenletTree.currentTree(hub).children;
  }

  /** A text for people: a line for each greenlet, below its spawner. Its form may change. @noswitch */
  format({ details = true }: FormatOptions = {}): string {
    return this.#lines(details).join("\n");
  }

  toString(): string {
    return this.format();
  }

  #lines(details: boolean): string[] {
    const lines = [summaryOf(this.greenlet)];
    if (details) lines.push(...detailsOf(this.greenlet).map((line) => `      ${line}`));
    for (const child of this.children) {
      const [first, ...rest] = child.#lines(details);
      lines.push(` +--- ${first}`, ...rest.map((line) => ` :   ${line}`));
    }
    return lines;
  }
}

function summaryOf(node: TreeNode): string {
  if (node.kind === "main") return node.name;
  const title = `${node.name} #${node.id}, ${node.kind}`;
  if (node.ended !== null) return `${title}; finished with ${outcomeOf(node.ended)}`;
  if (node.waitsFor === null) return `${title}; ${node.state}`;
  const since = node.parkedMs === null ? "" : ` for ${Math.round(node.parkedMs)} ms`;
  const holder = node.heldBy === null ? "" : `, held by ${node.heldBy}`;
  return `${title}; parked${since} in ${node.waitsFor}${holder}`;
}

function outcomeOf(ended: Ended): string {
  const outcome = "value" in ended ? ended.value : ended.error;
  const text = outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : describe(outcome);
  return `${"value" in ended ? "value" : "exception"} ${text}`;
}

function detailsOf({ spawnedAt, frames }: TreeNode): string[] {
  const lines = spawnedAt === null ? [] : [`spawned at ${spawnedAt}`];
  lines.push(...frames.map((frame, i) => `${i === 0 ? "parked at" : "called by"} ${frame}`));
  return lines;
}
