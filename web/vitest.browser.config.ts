// The pages in Debian's Chromium against a real server: `npm run test:browser`, with NOTARIUM naming the program. The times are for
// what hangs, not for a machine that is slow.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/browser/**/*.browser.ts'],
    // One browser at a time: the machines that run this have two cores.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Without it a poll gives up after one second.
    expect: { poll: { timeout: 240_000 } },
  },
});
