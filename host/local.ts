// Values of one greenlet alone: `wevent/local`.
//
// A greenlet holds its copies weakly by their local, so that a copy goes with whichever goes first,
// and lets them go when it has ended.

import { requireCallback } from "./core/check.js";
import { current } from "./core/current.js";
import { describe, UsageError } from "./core/errors.js";
import { Greenlet } from "./core/greenlet.js";
import { currentHub } from "./core/hub.js";

/**
 * Makes an object of which every greenlet sees a copy of its own: what one sets, no other sees. A
 * greenlet's copy is made when it first uses the object, and dropped when it has ended or when
 * nobody holds the object any more. Main has one too, in each hub.
 *
 * It stands for the copy in all that one does to an object: properties, `in`, `delete`,
 * `Object.keys`, `instanceof`, methods. Nothing can freeze it.
 *
 * @noswitch
 * @param init - Makes a greenlet's copy, in that greenlet. Omitted: `{}`.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `init` is not a function, and at the first use
 * when it gives something that is not an object
 * @source gevent.local.local; a subclass there is an `init` here
 * @since 0.1
 */
export function local<T extends object = Record<string, unknown>>(init: () => T = () => ({}) as T): T {
  requireCallback(init, "make a copy for each greenlet with");
  const copy = (): T => {
    const copies = copiesOfCurrent();
    let own = copies.get(proxy) as T | undefined;
    if (own === undefined) {
      own = requireObject(init());
      copies.set(proxy, own);
    }
    return own;
  };
  // What Node shows of a proxy is its target.
  const target = { [Symbol.for("nodejs.util.inspect.custom")]: copy };
  const proxy = new Proxy(target, handlerFor(copy)) as unknown as T;
  return proxy;
}

/** The running greenlet's, or main's. */
function copiesOfCurrent(): WeakMap<object, object> {
  return current instanceof Greenlet ? current._copies : currentHub().mainCopies;
}

function requireObject<T extends object>(made: T): T {
  if (typeof made === "object" && made !== null) return made;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not use ${describe(made)} as a greenlet's copy of a local because it is not an object; give an object from init`,
  );
}

/** Sends everything to the copy; the target of the proxy is never used. */
function handlerFor(copy: () => object): ProxyHandler<object> {
  return {
    get: (_, key) => readFrom(copy(), key),
    set: (_, key, value) => {
      const own = copy();
      return Reflect.set(own, key, value, own);
    },
    has: (_, key) => Reflect.has(copy(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(copy(), key),
    ownKeys: () => Reflect.ownKeys(copy()),
    getOwnPropertyDescriptor: (_, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(copy(), key);
      // A proxy may not call a property fixed that its target lacks.
      return descriptor && { ...descriptor, configurable: true };
    },
    defineProperty: (_, key, descriptor) =>
      // As above; refused before anything is defined.
      descriptor.configurable !== false && Reflect.defineProperty(copy(), key, descriptor),
    getPrototypeOf: () => Reflect.getPrototypeOf(copy()),
    setPrototypeOf: (_, prototype) => Reflect.setPrototypeOf(copy(), prototype),
    preventExtensions: () => false,
  };
}

/** A method of a class is bound to the copy: private fields, and a Map's own, are not the proxy's. */
function readFrom(own: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(own, key, own);
  const isMethod = typeof value === "function" && key !== "constructor" && !Object.hasOwn(own, key);
  return isMethod ? value.bind(own) : value;
}
