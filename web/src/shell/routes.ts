// Addresses of the page: what stands after the `#`.

export const PAGES = ['home', 'verify', 'deposit', 'explore', 'about'] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  readonly page: Page;
  /** What follows the page's name: for Explore which view of it. */
  readonly rest: readonly string[];
}

/** Reads `#/explore/entry/7`; anything unknown is the opening page. */
export function parseRoute(hash: string): Route {
  const [name, ...rest] = hash.replace(/^#\/?/, '').split('/').map(decoded);
  const page = PAGES.find((page) => page === name) ?? 'home';
  return { page, rest: page === 'home' ? [] : rest.filter((part) => part !== '') };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
