// Reports of the program against reports of this library: `NOTARIUM=... npm run test:parity`.

import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['tests/parity/**/*.parity.ts'], testTimeout: 600_000, hookTimeout: 600_000 } });
