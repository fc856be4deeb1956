// Documents: their style is the program's, their code can be read by a camera, their JSON is canonical.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { expect, it } from 'vitest';
import { canonicalJson, codeContent, readIJson } from '../../src/notarium';
import { codeModules, codeSvg } from '../../src/notarium/report/document/code';
import { STYLE } from '../../src/notarium/report/document/style';
import { readCode } from './code';
import { ROOT } from './vectors';

it('their style is the command line’s', () => {
  expect(STYLE).toBe(readFileSync(join(ROOT, 'src/report/document/style.css'), 'utf8'));
});

it('the code decodes to entry number and leaf hash, whatever they are', () => {
  for (let at = 0; at < 40; at += 1) {
    const leaf = Array.from({ length: 64 }, (_, digit) => ((digit * (at + 3) + at * at) % 16).toString(16)).join('');
    const content = codeContent(2 ** at - 1, leaf);
    expect(readCode(codeSvg(content))).toBe(content);
  }
  expect(readCode(codeSvg(codeContent(Number.MAX_SAFE_INTEGER, '0f'.repeat(32))))).toContain('9007199254740991');
  expect(() => codeModules('x'.repeat(107))).toThrow(RangeError);
  expect(jsQR(new Uint8ClampedArray(4 * 100), 10, 10)).toBeNull();
});

it('JSON is in the form of RFC 8785', () => {
  // The RFC's own example of section 3.2.2, and its order of names from 3.2.3.
  const example = `{"numbers":[333333333.33333329,1E15,4.50,2e-3,0.000000000000000000000000001],
    "string":"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}`;
  expect(canonicalJson(readIJson(example))).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1000000000000000,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
  expect(canonicalJson(names)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
});
