// The archive of receipts is one that others open.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { utf8 } from '../../src/notarium';
import { zip } from '../../src/page/zip';

it('an archive is opened by another program, names and bytes unchanged', () => {
  const files = [
    { name: 'a.receipt', bytes: utf8('one\n') },
    { name: '网页.sha256.receipt', bytes: utf8('two\n'.repeat(1000)) },
    { name: 'empty', bytes: new Uint8Array() },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'notarium-zip-'));
  try {
    writeFileSync(join(folder, 'all.zip'), zip(files));
    const unpack = 'import zipfile,sys; z=zipfile.ZipFile("all.zip"); assert z.testzip() is None; z.extractall(".")';
    execFileSync('python3', ['-c', unpack], { cwd: folder, env: { ...process.env, PYTHONUTF8: '1' } });
    for (const { name, bytes } of files) expect(Uint8Array.from(readFileSync(join(folder, name)))).toEqual(bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
