// Owns select: waiting for several sockets at once.

import { Status } from "./abi";
import { Answer, nothing } from "./answer";
import { complete } from "./host-call";
import * as host from "./socket-imports";
import { Selectable } from "./selectable";
import { runningRow } from "./switch";

/** Those of each list that are ready. */
export class Selected {
  read: Selectable[] = [];
  write: Selectable[] = [];
  /** Always empty: nothing is ever exceptional here. */
  except: Selectable[] = [];
}

/**
 * Waits until one of the objects is ready: to be read (something has come, or the end, or an error), or to
 * be written. With empty lists it lets the time pass.
 *
 * @switches when none is ready
 * @param timeoutMs - Milliseconds. Omitted or less than 0: no limit. 0: lets others run once.
 * @returns those that are ready, which are none when the time passed; without: what cut the wait short.
 * @source gevent.select.select, gevent 26.5; milliseconds here, seconds there
 * @since 0.1
 */
export function select(
  read: Selectable[],
  write: Selectable[],
  except: Selectable[],
  timeoutMs: f64 = -1,
): Answer<Selected> {
  const reads = handlesOf(read);
  const writes = handlesOf(write);
  const status = complete(
    host.select(runningRow(), changetype<usize>(reads), reads.length, changetype<usize>(writes), writes.length, timeoutMs),
  );
  if (status != Status.Ok) return nothing<Selected>(status);
  const selected = new Selected();
  for (let i = 0; i < read.length; i++) {
    if (host.isSelected(read[i].handle, false)) selected.read.push(read[i]);
  }
  for (let i = 0; i < write.length; i++) {
    if (host.isSelected(write[i].handle, true)) selected.write.push(write[i]);
  }
  return new Answer<Selected>(status, selected);
}

function handlesOf(objects: Selectable[]): StaticArray<u32> {
  const handles = new StaticArray<u32>(objects.length);
  for (let i = 0; i < objects.length; i++) handles[i] = objects[i].handle;
  return handles;
}
