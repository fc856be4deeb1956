// Two builds from one source: the served page (default), and with `--mode verifier` the verifier alone, which
// scripts/finish.mjs then makes into one file.

import { defineConfig, type Plugin } from 'vite';

/** `npm run dev` shows the ledger of a running `notarium serve`, at this address. */
const ledger = process.env['NOTARIUM_LEDGER'] ?? 'http://127.0.0.1:8420';

/** Fills in what the server fills in when it serves the page itself. */
function settings(): Plugin {
  return {
    name: 'settings',
    apply: 'serve',
    async transformIndexHtml(html) {
      const info = await fetch(`${ledger}/v1/ledger`).then((answer) => answer.json()) as Record<string, string>;
      const filled = {
        build: 'notarium (development)',
        policy: `log ${info['vkey']}\nquorum none\n`,
        ledger: { origin: info['origin'], vkey: info['vkey'], admission: info['admission'] },
      };
      return html.replace('{"settings":"none"}', JSON.stringify(filled));
    },
  };
}

export default defineConfig(({ mode }) => ({
  // Relative, so that a proxy may serve the page under any path.
  base: './',
  plugins: [settings()],
  build: {
    target: 'es2020',
    outDir: mode === 'verifier' ? 'build/verifier' : 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Inline code of Vite's own would break the Content-Security-Policy.
    modulePreload: { polyfill: false },
    rollupOptions: mode === 'verifier' ? { input: 'verify.html', output: { inlineDynamicImports: true } } : { input: 'index.html' },
  },
  // From disk a module worker does not start: its blob has no origin.
  worker: { format: mode === 'verifier' ? 'iife' : 'es' },
  server: { proxy: Object.fromEntries(['/v1', '/checkpoint', '/tile'].map((path) => [path, ledger])) },
}));
