// Keys in the browser.

export * from './kept';
export * from './subtle';
export * from './view';
