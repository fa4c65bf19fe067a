// Tests in browsers: `npm run test:browser`. Apart from the others, for they build a page and start browsers,
// one after another.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.{js,ts}"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
