import { defineConfig } from "vitest/config";

// `npm run test:package`: needs what tools/bundlers installs, and build/.
export default defineConfig({
  test: {
    include: ["tests/bundles/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
