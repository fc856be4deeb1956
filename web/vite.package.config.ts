// The formats as a package, without the pages: `npm run package` leaves it in build/package.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const FROM = 'src/notarium';
const TO = 'build/package';

/** package.json with the exact versions that the tests ran with, and the README. */
function manifest(): Plugin {
  return {
    name: 'manifest',
    closeBundle() {
      const own = JSON.parse(readFileSync(`${FROM}/package.json`, 'utf8')) as Record<string, unknown>;
      const web = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
      writeFileSync(`${TO}/package.json`, `${JSON.stringify({ ...own, dependencies: web.dependencies }, null, 2)}\n`);
      copyFileSync(`${FROM}/README.md`, `${TO}/README.md`);
      copyFileSync('../LICENSE', `${TO}/LICENSE`);
    },
  };
}

export default defineConfig({
  publicDir: false,
  plugins: [manifest()],
  build: {
    target: 'es2022',
    minify: false,
    outDir: TO,
    lib: { entry: `${FROM}/index.ts`, formats: ['es'], fileName: 'index' },
    rollupOptions: { external: /^@noble\// },
  },
});
