// Owns how the Node driver comes by Node's own modules: asked for when first needed, and never
// imported, for an import would keep the files that name it out of bundles for other runtimes.

/** A function that gives the module. Call it only where the driver says that it has the capability. */
export function builtin<M>(name: string): () => M {
  let loaded: M | undefined;
  return () => {
    loaded ??= process.getBuiltinModule(name) as M;
    return loaded;
  };
}
