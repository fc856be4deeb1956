// The list of what is being deposited, with progress for each.

import { shown } from '../notarium';
import { sizeText } from '../page/parts';
import type { Pair, Ui } from '../page/ui';
import { DEPOSIT } from '../words/deposit';
import type { Course, State } from './course';

const STATE_WORDS: Record<State, Pair> = {
  waiting: DEPOSIT.waiting,
  hashing: DEPOSIT.hashing,
  sending: DEPOSIT.sending,
  done: DEPOSIT.done,
  failed: DEPOSIT.failed,
};

const STATE_MARKS: Record<State, string> = { waiting: 'waiting', hashing: 'working', sending: 'working', done: 'done', failed: 'failed' };

/** The list, and what brings one line of it up to date. */
export function progressView(ui: Ui, courses: readonly Course[]): { element: HTMLElement; update(course: Course): void } {
  const lines = new Map(courses.map((course) => [course, line(ui, course)]));
  const element = ui.h('ul', { class: 'files', 'aria-live': 'off' }, ...[...lines.values()].map(({ element: item }) => item));
  return { element, update: (course) => lines.get(course)?.update() };
}

function line(ui: Ui, course: Course): { element: HTMLElement; update(): void } {
  const state = ui.h('span', {});
  const bar = ui.h('progress', { class: 'files__progress', max: 1, 'aria-label': () => shown(course.lot.name) });
  const element = ui.h(
    'li',
    { class: 'files__item' },
    ui.h('span', { class: 'files__name' }, shown(course.lot.name)),
    ui.h('span', { class: 'files__size' }, () => sizeText(course.total, ui.language), ' · ', state),
    bar,
  );
  const update = (): void => {
    element.dataset['state'] = STATE_MARKS[course.state];
    state.textContent = ui.say(STATE_WORDS[course.state]);
    bar.value = course.total === 0 || course.state === 'done' ? 1 : course.done / course.total;
    bar.hidden = course.state === 'done' || course.state === 'failed';
  };
  ui.follow(update);
  return { element, update };
}
