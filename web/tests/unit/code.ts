// Reads a QR code back from its drawing, as a camera would.

import jsQR from 'jsqr';

const PIXELS = 4;

/** What the code in an SVG of `M{x} {y}h1v1h-1z` modules says; null when it cannot be read. */
export function readCode(svg: string): string | null {
  const side = Number(/viewBox="0 0 (\d+) /.exec(svg)![1]);
  const width = side * PIXELS;
  const image = new Uint8ClampedArray(4 * width * width).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let down = 0; down < PIXELS; down += 1) {
      for (let across = 0; across < PIXELS; across += 1) {
        const at = 4 * ((Number(y) * PIXELS + down) * width + Number(x) * PIXELS + across);
        image.fill(0, at, at + 3);
      }
    }
  }
  return jsQR(image, width, width)?.data ?? null;
}
