// The opening view: the ledger at a glance, its newest entries as they come, its growth, its checkpoints.

import { el } from '../shell/dom';
import { announce } from '../shell/frame';
import type { EntryList } from './api';
import { checkpointRow, checkpointTable } from './checkpoints';
import { entryRow, entryTable } from './entry-table';
import { growthFigure } from './growth';
import { brief, count, moment, words, type Scene, type View } from './scene';
import { searchPanel } from './search';

const SHOWN = 12;
const EVERY_MS = 3_000;
/** Screen readers are told of new entries no more often than this. */
const TOLD_EVERY_MS = 15_000;

export async function overview(scene: Scene): Promise<View> {
  const list = await scene.api.newest(SHOWN);
  const figures = el('dl', { class: 'figures' });
  const newest = newestPanel(scene);
  const growth = el('div');
  const checkpoints = el('div');
  const tell = words(scene);
  const show = async (list: EntryList, fresh: number) => {
    showFigures(scene, figures, list);
    newest.show(list, fresh);
    const [figure, table] = await Promise.all([growthFigure(scene, list.size), newestCheckpoints(scene, figures)]);
    growth.replaceChildren(figure);
    checkpoints.replaceChildren(table);
  };
  const element = el('div', {}, figures, searchPanel(scene), newest.panel,
    el('div', { class: 'columns' },
      el('section', { class: 'panel' }, el('h2', {}, tell('growth')), growth),
      el('section', { class: 'panel' }, el('h2', {}, tell('checkpoints')),
        el('p', { class: 'panel__hint' }, tell('checkpointsIntro')), checkpoints,
        el('p', { class: 'actions' }, el('a', { href: '#/explore/checkpoints' }, tell('allCheckpoints'))))));
  await show(list, 0);
  follow(scene, list, newest, show);
  return { element, title: null };
}

function showFigures(scene: Scene, figures: HTMLElement, { size, entries }: EntryList): void {
  const tell = words(scene);
  const root = figures.querySelector('[data-figure="root"]')?.textContent ?? '…';
  const last = entries[0];
  figures.replaceChildren(
    figure(tell('entries'), 'size', count(scene, size)),
    figure(tell('newestEntry'), 'time', last ? moment(scene, last.time) : '–', 'small'),
    figure(tell('checkpointRoot'), 'root', root, 'small'));
}

function figure(label: string, name: string, value: Node | string, style = ''): HTMLElement {
  return el('div', {}, el('dt', {}, label), el('dd', { class: style, 'data-figure': name }, value));
}

async function newestCheckpoints(scene: Scene, figures: HTMLElement): Promise<HTMLElement> {
  const { checkpoints } = await scene.api.checkpoints(5);
  const { table, rows } = checkpointTable(scene);
  rows.append(...checkpoints.map((checkpoint) => checkpointRow(scene, checkpoint, false)));
  const root = figures.querySelector('[data-figure="root"]');
  if (root && checkpoints[0]) root.replaceChildren(el('code', { title: checkpoints[0].root }, brief(checkpoints[0].root)));
  return table;
}

interface NewestPanel {
  readonly panel: HTMLElement;
  show(list: EntryList, fresh: number): void;
  say(text: string): void;
  isPaused(): boolean;
}

function newestPanel(scene: Scene): NewestPanel {
  const tell = words(scene);
  const { table, rows } = entryTable(scene, tell('newest'));
  const state = el('span', { 'data-live': 'state' }, tell('live'));
  const pause = el('button', { type: 'button', class: 'button', 'data-kind': 'quiet', 'aria-pressed': 'false' }, tell('pause'));
  let paused = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    pause.textContent = tell(paused ? 'resume' : 'pause');
    state.textContent = tell(paused ? 'paused' : 'live');
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const panel = el('section', { class: 'panel' },
    el('div', { class: 'heading-row' }, el('h2', {}, tell('newest')),
      el('p', { class: 'panel__hint no-print' }, state, ' ', pause)),
    table, el('p', { class: 'panel__hint' }, tell('timesAre', { zone })));
  return {
    panel,
    show: (list, fresh) => {
      rows.replaceChildren(...list.entries.map((entry, at) => {
        const row = entryRow(scene, entry);
        if (at < fresh) row.dataset.new = 'true';
        return row;
      }));
    },
    say: (text) => (state.textContent = text),
    isPaused: () => paused,
  };
}

/** Looks at the checkpoint now and then, and shows what has come, until the view is left. */
function follow(
  scene: Scene,
  first: EntryList,
  newest: NewestPanel,
  show: (list: EntryList, fresh: number) => Promise<void>,
): void {
  const tell = words(scene);
  let known = first.size;
  let checkpoint = '';
  let told = 0;
  const look = async () => {
    const seen = await scene.api.checkpoint();
    if (seen === checkpoint) return;
    const list = await scene.api.newest(SHOWN);
    checkpoint = seen;
    const fresh = list.size - known;
    if (fresh === 0 || scene.left.aborted) return;
    known = list.size;
    await show(list, fresh);
    if (Date.now() - told < TOLD_EVERY_MS) return;
    told = Date.now();
    announce(tell('arrived', { count: fresh, size: count(scene, list.size) }));
  };
  const again = async () => {
    if (scene.left.aborted) return;
    if (!newest.isPaused() && document.visibilityState === 'visible') {
      await look().then(() => !newest.isPaused() && newest.say(tell('live')), () => newest.say(tell('noAnswer')));
    }
    setTimeout(again, EVERY_MS);
  };
  setTimeout(again, EVERY_MS);
}
