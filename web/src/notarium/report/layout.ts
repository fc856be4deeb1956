// Lines and columns of a report in plain text: a Chinese character takes two columns, and Chinese breaks anywhere.

/** The width of the page: no line is longer, in columns. */
export const PAGE = 100;

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const columns = (character: string): number => (WIDE.test(character) ? 2 : 1);

/** Columns that `text` takes on a terminal. */
export function width(text: string): number {
  let sum = 0;
  for (const character of text) sum += columns(character);
  return sum;
}

/** `text`, filled up with spaces. */
export function padded(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)));
}

const CLOSES = '，。；：！？、）》」』”’％,.;:!?)]}';
const OPENS = '（《「『“‘([{';

/** `text` in lines of at most `room` columns. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text)) {
    const tight = width(piece.trimEnd());
    if (line !== '' && width(line) + tight > room) {
      lines.push(line.trimEnd());
      line = '';
    }
    if (tight <= room) {
      line += piece;
      continue;
    }
    for (const character of piece) {
      if (width(line) + columns(character) > room) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

/** `text` cut where a line may break: after spaces, and around wide characters. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let piece = '';
  let before: string | null = null;
  for (const character of text) {
    if (before !== null && breaksBetween(before, character)) {
      found.push(piece);
      piece = '';
    }
    piece += character;
    before = character;
  }
  found.push(piece);
  return found;
}

function breaksBetween(before: string, after: string): boolean {
  if (after === ' ') return false;
  if (before === ' ') return true;
  const wide = columns(before) === 2 || columns(after) === 2;
  return wide && !CLOSES.includes(after) && !OPENS.includes(before);
}
