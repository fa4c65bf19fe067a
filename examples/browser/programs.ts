// Owns which programs the page has: its own, and those of the tutorial, in both languages.

import { examples } from "../lib/list.js";

export interface Listed {
  readonly chapter: string;
  readonly name: string;
  readonly title: string;
  readonly typescript: string;
  readonly guest: string;
  /** What a stage imports to run the one in TypeScript. */
  readonly path: string;
}

const sources = {
  ...import.meta.glob<string>("../tutorial/*/*.ts", { query: "?raw", import: "default", eager: true }),
  ...import.meta.glob<string>("./programs/*.ts", { query: "?raw", import: "default", eager: true }),
};

/** Without what a header says of the command line, and what it promises: the page shows that. */
const withoutHeader = (source: string): string => source.replace(/^(\/\/ .*\n)\/\/\n(?:\/\/.*\n)*/, "$1");

function listed(chapter: string, name: string, folder: string, guestFolder: string): Listed {
  const typescript = withoutHeader(sources[`${folder}/${name}.ts`]!);
  return {
    chapter,
    name,
    title: typescript.split("\n", 1)[0]!.slice("// ".length),
    typescript,
    guest: withoutHeader(sources[`${guestFolder}/${name}.as.ts`]!),
    // As the worker's folder sees it.
    path: `../${folder.replace(/^\.\//, "")}/${name}.ts`,
  };
}

const tutorial = "../tutorial";

export const programs: readonly Listed[] = [
  listed("Playground", "kitchen", "./programs", "./programs"),
  ...examples
    .filter(({ kind }) => kind === "pair")
    .map(({ chapter, name }) => listed(chapter, name, `${tutorial}/typescript`, `${tutorial}/guest`)),
];
