// An inclusion proof as a picture: this entry at the foot, the root at the top, beside the path the hashes that lead there.

import type { PathStep } from '../notarium';
import { encodeHex } from '../notarium';
import { svg } from '../shell/dom';
import type { Level, Span } from './path';
import { words, type Scene } from './scene';

const ROW = 86;
const BOX = 48;

interface Frame {
  readonly scene: Scene;
  readonly width: number;
  readonly box: number;
  readonly rows: number;
}

interface Box {
  readonly x: number;
  readonly row: number;
  readonly hash: string;
  readonly under: string;
  readonly kind: 'side' | 'path' | 'end';
}

export function drawPath(
  scene: Scene,
  width: number,
  proof: { index: number; size: number; leaf: string; steps: readonly PathStep[]; levels: readonly Level[] },
): SVGSVGElement {
  const { steps, levels } = proof;
  const frame: Frame = { scene, width, box: Math.min(196, (width - 24) / 3), rows: steps.length };
  const tell = words(scene);
  const middle = (width - frame.box) / 2;
  const height = steps.length * ROW + BOX + 4;
  const drawing = svg('svg', {
    class: 'drawing drawing--path', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img',
  }, svg('title', {}, tell('drawingTitle', { index: proof.index, size: proof.size })));
  const edges = svg('g');
  const boxes = svg('g');
  drawing.append(edges, boxes);
  const last = steps.length - 1;
  boxes.append(box(frame, {
    x: middle, row: 0, hash: proof.leaf, under: tell('drawingLeaf', { index: proof.index }), kind: 'end',
  }));
  steps.forEach((step, row) => {
    const level = levels[row]!;
    const x = step.side === 'left' ? 1 : width - frame.box - 1;
    edges.append(elbow(frame, x, row), rise(frame, row));
    boxes.append(
      box(frame, { x, row, hash: encodeHex(step.sibling), under: span(frame, level.sibling), kind: 'side' }),
      box(frame, {
        x: middle,
        row: row + 1,
        hash: encodeHex(step.parent),
        under: row === last ? `${tell('drawingRoot')}, ${span(frame, level.parent)}` : span(frame, level.parent),
        kind: row === last ? 'end' : 'path',
      }),
    );
  });
  return drawing;
}

function span({ scene, box }: Frame, { from, to }: Span): string {
  if (from === to) return words(scene)('drawingLeaf', { index: from });
  return words(scene)(box < 150 ? 'drawingSpanShort' : 'drawingSpan', { from, to });
}

/** The upper edge of a row's boxes; row 0 is at the foot. */
function top({ rows }: Frame, row: number): number {
  return (rows - row) * ROW + 2;
}

function box(frame: Frame, { x, row, hash, under, kind }: Box): SVGGElement {
  const y = top(frame, row);
  const on = kind === 'end' ? ' on-accent' : '';
  const shape = kind === 'side' ? 'node' : `node node--${kind}`;
  const centre = x + frame.box / 2;
  return svg('g', {},
    svg('rect', { class: shape, x, y, width: frame.box, height: BOX, rx: 3 }),
    svg('text', { class: `hash${on}`, x: centre, y: y + 20, 'text-anchor': 'middle' }, `${hash.slice(0, 8)}…`),
    svg('text', { class: `faint${on}`, x: centre, y: y + 38, 'text-anchor': 'middle' }, under));
}

/** From a sibling up and over to the box above the path. */
function elbow(frame: Frame, x: number, row: number): SVGPathElement {
  const [from, to] = [top(frame, row), top(frame, row + 1) + BOX];
  return svg('path', {
    class: 'edge', d: `M ${x + frame.box / 2} ${from} V ${(from + to) / 2} H ${frame.width / 2}`,
  });
}

/** From a box of the path to the next one. */
function rise(frame: Frame, row: number): SVGPathElement {
  return svg('path', {
    class: 'edge edge--path', d: `M ${frame.width / 2} ${top(frame, row)} V ${top(frame, row + 1) + BOX}`,
  });
}
