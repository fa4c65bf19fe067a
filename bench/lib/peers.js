// The libraries that the bench measures beside wevent, where they are installed: npm ci --prefix bench/peers.

async function load(name) {
  try {
    return (await import(`../peers/${name}.js`))[name];
  } catch (error) {
    if (error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}

const loaded = { effect: await load("effect"), effection: await load("effection") };

/** A subject for each peer that has the tool: `make` gives its work. */
export function peers(tool, make = (work) => work) {
  return Object.fromEntries(
    Object.entries(loaded)
      .filter(([, peer]) => peer?.[tool] !== undefined)
      .map(([name, peer]) => [name, make(peer[tool])]),
  );
}
