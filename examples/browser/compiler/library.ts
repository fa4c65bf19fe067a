// Owns the sources that a guest may import: asc looks for `wevent/assembly` in node_modules, and here they are.

const sources = import.meta.glob<string>("../../../assembly/{index,guest/*,core/abi}.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

const IN_PACKAGE = /(?:^|\/)node_modules\/wevent\/(assembly\/.*)$/;

/** The source that asc asks for; null: there is none, and asc looks elsewhere. */
export function readLibrary(path: string): string | null {
  const inPackage = IN_PACKAGE.exec(path)?.[1];
  return inPackage === undefined ? null : (sources[`../../../${inPackage}`] ?? null);
}
