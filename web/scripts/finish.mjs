// After both builds: makes verify.html one file under a Content-Security-Policy of its own, and packs what is served often.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(web, 'build', 'verifier');
const dist = join(web, 'dist');

function sha256(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Replaces the one place that `pattern` finds by what `write` makes of it. */
function replaceOnce(html, pattern, write) {
  const found = html.match(new RegExp(pattern, 'g')) ?? [];
  if (found.length !== 1) throw new Error(`verify.html has ${found.length} places like ${pattern}, not one`);
  return html.replace(pattern, (...groups) => write(...groups));
}

function read(path) {
  return readFileSync(join(built, path), 'utf8');
}

/** Where verify.html's own policy goes, once all of its code is known. */
const PLACE = '<!-- policy -->';

function inlineVerifier() {
  const scripts = [];
  const styles = [];
  const script = (attributes, code) => {
    const safe = code.replaceAll('</script', '<\\/script').replaceAll('<!--', '\\x3C!--');
    scripts.push(sha256(safe));
    return `<script${attributes}>${safe}</script>`;
  };
  let html = read('verify.html');
  // Before the code is in it, which has a page in it too: that of a document.
  html = replaceOnce(html, /<meta charset="utf-8">/, (charset) => `${charset}\n    ${PLACE}`);
  html = replaceOnce(html, /<script src="\.\/early\.js"><\/script>/, () => script('', read('early.js')));
  html = replaceOnce(html, /<script type="module"[^>]* src="\.\/([^"]+)"><\/script>/, (_, path) => script(' type="module"', read(path)));
  html = replaceOnce(html, /<link rel="stylesheet"[^>]* href="\.\/([^"]+)">/, (_, path) => {
    const style = read(path);
    styles.push(sha256(style));
    return `<style>${style}</style>`;
  });
  html = replaceOnce(html, /href="\.\/([^"]+\.svg)"/, (_, path) =>
    `href="data:image/svg+xml;base64,${readFileSync(join(built, path)).toString('base64')}"`);
  const policy = [
    "default-src 'none'", `script-src ${scripts.join(' ')}`, `style-src ${styles.join(' ')}`, 'img-src data:',
    'worker-src blob: data:', "connect-src 'none'", "base-uri 'none'", "form-action 'none'",
  ].join('; ');
  html = html.replace(PLACE, () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`);
  const left = html.match(/(?:src|href)="(?!data:|#)[^"]*"/g);
  if (left) throw new Error(`verify.html still refers to other files: ${left.join(' ')}`);
  writeFileSync(join(dist, 'verify.html'), html);
}

/** Everything whose name has its hash is packed once, here. */
function pack() {
  const assets = join(dist, 'assets');
  for (const name of readdirSync(assets)) {
    const path = join(assets, name);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

pack();
// Last: its being there says that everything is.
inlineVerifier();
rmSync(built, { recursive: true });
