// The library and the pages in Node: `npm test`. The times are for what hangs, not for a machine that is slow.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['tests/unit/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000, teardownTimeout: 60_000 },
});
