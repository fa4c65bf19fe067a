// The face of a guest to its loader. host/guest/transform.ts makes this file an entry of the module,
// so that these names are exported whatever the program exports itself.

import { AnyGreenlet } from "./greenlet";
import { adoptTask, entry } from "./imports";
import { limitStack } from "./stack";
import { collect, enter, inside, leave, outside, recover, resume } from "./switch";
import { drop, Extra, Task } from "./task";

export {
  collect as __wevent_collect,
  drop as __wevent_drop,
  enter as __wevent_enter,
  inside as __wevent_inside,
  leave as __wevent_leave,
  limitStack as __wevent_limit,
  outside as __wevent_outside,
  recover as __wevent_recover,
  resume as __wevent_resume,
};

/** The guest's side of a task that the host made to run an export; answers its body. @allocates */
export function __wevent_adopt(row: usize): usize {
  const greenlet = new AnyGreenlet();
  greenlet.isAdopted = true;
  greenlet.enlist(row);
  adoptTask(row, entry, changetype<usize>(greenlet));
  return changetype<usize>(greenlet);
}

/** What a greenlet gives in a meeting: the address of an AnyItem, or 0. */
export function __wevent_offer(body: usize): usize {
  const extra = changetype<Task>(body).extra;
  return extra == null ? 0 : changetype<usize>(extra.offer);
}

/** How a task ended: a Fate. Its address must be that of a live task, or of one that ended in this turn. */
export function __wevent_fate(body: usize): i32 {
  return load<i32>(body, offsetof<Task>("fate"));
}

/** The name that was given to a task; 0: none. For listings, which may come while any greenlet runs: no managed local. */
export function __wevent_name(body: usize): usize {
  const extra = load<usize>(body, offsetof<Task>("extra"));
  return extra == 0 ? 0 : load<usize>(extra, offsetof<Extra>("label"));
}

/** Table index of the function that a task was made to run. */
export function __wevent_function(body: usize): u32 {
  return changetype<Task>(body).functionIndex();
}
