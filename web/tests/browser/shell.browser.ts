// The page around the flows: it paints before the API answers, speaks both languages, is driven by keys, loads nothing foreign.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { visit } from './browser';
import { stage } from './stage';

const DIST = join(__dirname, '../../dist');
const KB = 1024;

const at = stage();

test('paints whole while the API is silent, and asks it for nothing', async () => {
  const { context, page, requests } = await visit(at.browser);
  await page.route('**/v1/**', () => undefined);
  await page.goto(at.ledger.url);
  await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Evidence that anyone can check' }).waitFor();
  await expect.poll(() => page.locator('.brand__ledger').textContent()).toBe('ledger.example/court');
  expect(requests.filter((request) => request.url().includes('/v1/'))).toEqual([]);
  await context.close();
});

test('loads nothing from anywhere else, and its scripts complain of nothing', async () => {
  const { context, page, requests, errors } = await visit(at.browser);
  for (const name of ['', 'verify', 'deposit', 'explore', 'explore/entry/0', 'explore/checkpoints', 'about']) {
    await page.goto(`${at.ledger.url}/#/${name}`);
    await page.waitForLoadState('networkidle');
  }
  const foreign = requests.map((request) => request.url()).filter((url) => !url.startsWith(`${at.ledger.url}/`) && !url.startsWith('blob:'));
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
  await context.close();
});

test('speaks the browser’s language first, switches at once, and remembers', async () => {
  const { context, page } = await visit(at.browser, { locale: 'zh-CN' });
  await page.goto(at.ledger.url);
  await page.getByRole('heading', { level: 1, name: '人人可核验的电子证据' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  await page.getByRole('link', { name: '浏览账本' }).first().click();
  await page.getByRole('heading', { name: '最新条目' }).waitFor();
  expect(await page.title()).toBe('浏览账本 · Notarium');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Newest entries' }).waitFor();
  expect(await page.title()).toBe('Explore the ledger · Notarium');
  // Nothing visible is left in the other language, but the button that leads back to it.
  const visible = await page.evaluate(() => document.body.innerText);
  expect(visible.replace('中文', '')).not.toMatch(/[\u4e00-\u9fff]/);
  await page.reload();
  await page.getByRole('heading', { name: 'Newest entries' }).waitFor();
  await context.close();
});

test('is light or dark as the system has it, until one is chosen', async () => {
  const { context, page } = await visit(at.browser, { colorScheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto(at.ledger.url);
  const dark = await background();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(background).not.toBe(dark);
  await page.getByRole('button', { name: 'Dark' }).click();
  expect(await background()).toBe(dark);
  await page.reload();
  expect(await background()).toBe(dark);
  await context.close();
});

test('can be walked through with the keyboard alone', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(at.ledger.url);
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).innerText.trim());
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('Check a file');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Verify' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('verify-title');
  expect(await page.getByRole('link', { name: 'Verify' }).first().getAttribute('aria-current')).toBe('page');
  await context.close();
});

test('the Content-Security-Policy blocks what it should', async () => {
  const { context, page } = await visit(at.browser);
  await page.goto(at.ledger.url);
  const blocked = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const window_ = window as unknown as Record<string, unknown>;
    const script = document.createElement('script');
    script.textContent = 'window.broken = "inline script ran"';
    document.head.append(script);
    const handler = document.createElement('div');
    handler.setAttribute('onclick', 'window.broken = "inline handler ran"');
    document.body.append(handler);
    handler.click();
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.head.append(style);
    // In a task of its own: what the test's own driver evaluates may do more.
    await new Promise<void>((resolve) => setTimeout(() => {
      try {
        (0, eval)('window.broken = "eval ran"');
      } catch {
        seen.push('eval');
      }
      resolve();
    }));
    const image = document.createElement('img');
    image.src = 'http://127.0.0.1:9/x.png';
    document.body.append(image);
    const frame = document.createElement('iframe');
    frame.src = '/healthz';
    document.body.append(frame);
    await fetch('http://127.0.0.1:9/').catch(() => undefined);
    const reported = () => new Set(seen).size;
    for (let tries = 0; reported() < 8 && tries < 2_400; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    return { seen: [...new Set(seen)].sort(), broken: window_['broken'] ?? null, shown: getComputedStyle(document.body).display };
  });
  expect(blocked).toEqual({
    seen: ['connect-src', 'eval', 'frame-src', 'img-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src-elem'],
    broken: null,
    shown: 'block',
  });
  await context.close();
});

test('the page cannot be framed', async () => {
  const { context, page } = await visit(at.browser);
  await page.route('http://127.0.0.1:9/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${at.ledger.url}/"></iframe>` }));
  await page.goto('http://127.0.0.1:9/');
  await expect.poll(() => page.frames().at(-1)?.url()).toBe('chrome-error://chromewebdata/');
  await context.close();
});

test('hashed files are kept for ever and packed, pages are asked for again', async () => {
  const page = await fetch(at.ledger.url);
  const script = /assets\/[\w.-]+\.js/.exec(await page.text())![0];
  const asset = await fetch(`${at.ledger.url}/${script}`, { headers: { 'accept-encoding': 'gzip' } });
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const again = await fetch(at.ledger.url, { headers: { 'if-none-match': page.headers.get('etag')! } });
  expect(again.status).toBe(304);
  expect((await fetch(`${at.ledger.url}/assets/none.js`)).status).toBe(404);
});

/** All that the page can ever load, compressed as it is sent. */
function bundleBytes(): number {
  const assets = readdirSync(join(DIST, 'assets')).filter((name) => name.endsWith('.gz'));
  const packed = assets.reduce((sum, name) => sum + statSync(join(DIST, 'assets', name)).size, 0);
  return packed + ['index.html', 'early.js'].reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, name))).length, 0);
}

test('all of the page is under 200 KB compressed, verify.html under 300 KB', () => {
  const bundle = bundleBytes();
  const verifier = statSync(join(DIST, 'verify.html')).size;
  console.log(`page ${(bundle / KB).toFixed(1)} KB compressed, verify.html ${(verifier / KB).toFixed(1)} KB`);
  expect(bundle).toBeGreaterThan(10 * KB);
  expect(bundle).toBeLessThan(200 * KB);
  expect(verifier).toBeLessThan(300 * KB);
});
