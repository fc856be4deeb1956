// What both pages have: the two switches, and the places that say which ledger and which build this is.

import { language, onLanguage, switchLanguage } from './language';
import type { Settings } from './settings';
import { followSystem, switchTheme } from './theme';

const ADMISSION = {
  open: { en: 'anyone', zh: '任何人' },
  enrolled: { en: 'enrolled keys only', zh: '仅限已登记的密钥' },
} as const;

export function startFrame(settings: Settings): void {
  document.getElementById('language-switch')?.addEventListener('click', switchLanguage);
  document.getElementById('theme-switch')?.addEventListener('click', switchTheme);
  // Not by the address, which says what page this is.
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('main')?.focus();
  });
  followSystem();
  const show = () => showLedger(settings);
  onLanguage(show);
  show();
}

/** Says something to screen readers. */
export function announce(text: string): void {
  const place = document.getElementById('announcer');
  if (place) place.textContent = text;
}

function showLedger({ build, ledger }: Settings): void {
  const values: Record<string, string> = {
    build,
    origin: ledger?.origin ?? '',
    vkey: ledger?.vkey ?? '',
    admission: ledger ? ADMISSION[ledger.admission][language()] : '',
  };
  for (const place of document.querySelectorAll<HTMLElement>('[data-ledger]')) {
    place.textContent = values[place.dataset.ledger ?? ''] ?? '';
  }
}
