// Light or dark: as the system has it until the reader chooses.

import { keep } from './language';

type Theme = 'light' | 'dark';

export function switchTheme(): void {
  const next: Theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  keep('theme', next);
}

/** Follows the system when it changes, unless something was chosen here. */
export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (isChosen()) return;
    document.documentElement.dataset.theme = matches ? 'dark' : 'light';
  });
}

function isChosen(): boolean {
  try {
    return localStorage.getItem('notarium-theme') !== null;
  } catch {
    return false;
  }
}
