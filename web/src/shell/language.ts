// The language of the page: English or Chinese. early.js has set it on <html> before the first paint.

export type Language = 'en' | 'zh';

const TAGS: Record<Language, string> = { en: 'en', zh: 'zh-CN' };
const listeners = new Set<(language: Language) => void>();

export function language(): Language {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
}

/** Calls back on every switch; returns the way to stop. */
export function onLanguage(listener: (language: Language) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function switchLanguage(): void {
  const next: Language = language() === 'en' ? 'zh' : 'en';
  document.documentElement.lang = TAGS[next];
  keep('language', TAGS[next]);
  for (const listener of listeners) listener(next);
}

/** Remembers a choice for the next visit; a browser that forbids it forgets it. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`notarium-${name}`, value);
  } catch {
    // Storage is off: the choice holds until the page is closed.
  }
}
