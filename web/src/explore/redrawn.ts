// A picture that is drawn for the width it has, so that its words stay as large as the text around it.

import { el } from '../shell/dom';

const LEAST = 280;
const MOST = 880;

export function redrawn(draw: (width: number) => SVGElement): HTMLElement {
  const holder = el('div', { class: 'picture' }, draw(640));
  let width = 640;
  const fit = () => {
    const room = Math.round(Math.min(MOST, Math.max(LEAST, holder.clientWidth)));
    if (holder.clientWidth === 0 || room === width) return;
    width = room;
    holder.replaceChildren(draw(width));
  };
  // Lives as long as the element does.
  new ResizeObserver(fit).observe(holder);
  return holder;
}
