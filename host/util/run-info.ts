// Owns the listing of what runs: a hub's numbers and the tree of its greenlets.

import { currentHub, type Hub } from "../core/hub.js";
import { GreenletTree } from "./greenlet-tree.js";

/**
 * Says what a hub is doing: its counts, and every greenlet below the one that spawned it, with name, kind,
 * state and what it waits for. While `trackGreenlets` is on, also since when, where each was spawned and
 * where it is parked, and how those ended that the program still holds. Its form may change.
 *
 * @noswitch
 * @param hub - Omitted: the current one.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub
 * @source gevent.util.format_run_info; a list of lines there
 * @since 0.1
 */
export function formatRunInfo(hub: Hub = currentHub()): string {
  const tree = GreenletTree.currentTree(hub);
  const { greenlets, ready, timers, completions, main, switches } = hub.stats();
  const counts = [
    `${greenlets} greenlets`,
    `${ready} ready`,
    `${timers} timers`,
    `${completions} completions`,
    `${main} awaits of main`,
    `${switches} switches`,
  ];
  return `hub on ${hub.runtime}: ${counts.join(", ")}\n${tree.format()}`;
}

/**
 * Prints what `formatRunInfo` gives, with `console.error`.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub
 * @source gevent.util.print_run_info
 * @since 0.1
 */
export function printRunInfo(hub: Hub = currentHub()): void {
  console.error(formatRunInfo(hub));
}
