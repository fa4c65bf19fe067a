// Tests in a browser: `npm run test:browser`. Apart from the others, for they build the page and start Chromium.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.js"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
