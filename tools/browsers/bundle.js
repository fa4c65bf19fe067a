// Owns making one module for a page, or for a worker, of a module that imports wevent by its name. It must
// not know what the module does.

import { rolldown } from "rolldown";

/**
 * @param {string} input - A file inside the package, after `npm run build`.
 * @returns {Promise<string>} the module's text
 */
export async function bundleForPage(input) {
  const made = await rolldown({
    input,
    platform: "browser",
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  const { output } = await made.generate({ format: "esm", codeSplitting: false });
  await made.close();
  return output[0].code;
}
