// How the ledger has grown: entries over time, from a sample of entries.

import { el, svg } from '../shell/dom';
import type { Entry } from './api';
import { count, day, words, type Scene } from './scene';
import { redrawn } from './redrawn';

const SAMPLES = 24;
const HEIGHT = 260;
const MARGIN = { top: 16, right: 16, bottom: 34, left: 56 };

interface Point {
  readonly time: number;
  readonly entries: number;
}

/** The entries to look at: the first, the last, and some at equal steps between. */
export function sample(size: number): number[] {
  const wanted = Math.min(size, SAMPLES);
  const indexes = Array.from({ length: wanted }, (_, at) => Math.round((at * (size - 1)) / Math.max(1, wanted - 1)));
  return [...new Set(indexes)];
}

export async function growthFigure(scene: Scene, size: number): Promise<HTMLElement> {
  const entries = await Promise.all(sample(size).map((index) => scene.api.entry(index)));
  const points = entries.map(({ index, time }: Entry) => ({ time: Date.parse(time), entries: index + 1 }));
  const tell = words(scene);
  const [first, last] = [points[0]!, points[points.length - 1]!];
  const withTime = last.time - first.time < 3 * 86_400_000;
  const caption = tell('growthCaption', {
    from: day(scene, new Date(first.time), withTime),
    to: day(scene, new Date(last.time), withTime),
    size: count(scene, size),
  });
  return el('figure', { class: 'figure' },
    redrawn((width) => plot(scene, width, points, withTime)), el('figcaption', { class: 'panel__hint' }, caption));
}

function plot(scene: Scene, width: number, points: readonly Point[], withTime: boolean): SVGSVGElement {
  const [first, last] = [points[0]!, points[points.length - 1]!];
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const ticks = countTicks(last.entries);
  const ceiling = Math.max(last.entries, ticks[ticks.length - 1]!);
  const across = Math.max(1, last.time - first.time);
  const x = (time: number) => MARGIN.left + (inner.width * (time - first.time)) / across;
  const y = (entries: number) => MARGIN.top + inner.height * (1 - entries / ceiling);
  const line = points.map(({ time, entries }, at) => `${at === 0 ? 'M' : 'L'} ${round(x(time))} ${round(y(entries))}`);
  const ground = round(y(0));
  return svg('svg', { class: 'drawing', width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img' },
    svg('title', {}, words(scene)('growthTitle')),
    ...ticks.flatMap((tick) => [
      svg('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: round(y(tick)), y2: round(y(tick)) }),
      svg('text', { class: 'faint', x: MARGIN.left - 8, y: round(y(tick)) + 4, 'text-anchor': 'end' }, count(scene, tick)),
    ]),
    svg('path', { class: 'area', d: `${line.join(' ')} V ${ground} H ${MARGIN.left} Z` }),
    svg('path', { class: 'curve', d: line.join(' ') }),
    svg('circle', { class: 'now', cx: round(x(last.time)), cy: round(y(last.entries)), r: 4 }),
    svg('text', { class: 'faint', x: MARGIN.left, y: HEIGHT - 8 }, day(scene, new Date(first.time), withTime)),
    svg('text', { class: 'faint', x: width - MARGIN.right, y: HEIGHT - 8, 'text-anchor': 'end' },
      day(scene, new Date(last.time), withTime)));
}

/** Round numbers from 0 up to the most, three to six of them. */
export function countTicks(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most / 4)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((step) => most / step <= 5) ?? 10 * power;
  const ticks = [0];
  while (ticks[ticks.length - 1]! < most) ticks.push(ticks[ticks.length - 1]! + step);
  return ticks;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
