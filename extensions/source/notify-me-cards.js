// The links on sold-out cards: finds each such card, however it came into the page, and puts a quiet link to the button on it.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-cards.js; it is fetched when the first such card appears.

/** words: how themes say "sold out"; sold, out: handles of products that Liquid saw sold out, or left out; text, look: the link's. */
const data = /** @type {HTMLElement} */ (document.querySelector('[data-nmm-words]')).dataset;
const products = 'a[href*="/products/"]:not(.nmm-card)';
/** A text that says nothing else, or a class of the kind `price--sold-out`. */
const sign = RegExp(`^\\s*(${data.nmmWords})\\W*$|sold-?out( |$)`, 'i');
const listOf = (/** @type {string | undefined} */ list) => list?.split(' ') ?? [];
const sold = listOf(data.nmmSold);
const leftOut = listOf(data.nmmOut);
/** Between the link and what it keeps clear of, px. */
const GAP = 6;

const style = new CSSStyleSheet();
// Laid over the card, so that nothing moves; a finger finds 44 px of it.
style.replaceSync(
  '.nmm-card.nmm-card{position:absolute;z-index:2;padding:.2em .6em;border-radius:1em;background:var(--nmm-ground);color:var(--nmm-ink);font-weight:400;line-height:1.4;text-decoration:underline;text-underline-offset:.2em;white-space:nowrap;transition:none}' +
    '.nmm-card::after{content:"";position:absolute;inset:calc(50% - 23px) -.4em}' +
    '.nmm-card:focus-visible{outline:2px solid #000;outline-offset:2px;box-shadow:0 0 0 6px #fff}' +
    '.nmm-card span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}',
);
document.adoptedStyleSheets.push(style);

/** @param {{ href: string }} link */
const handleOf = (link) => /\/products\/([^/?#]+)/.exec(link.href)?.[1];

/** A card is the widest element around a link that leads to this one product only.
 * @param {HTMLAnchorElement} link
 * @param {string} handle */
function cardOf(link, handle) {
  const others = `${products}:not([href$="/${handle}"],[href*="/${handle}?"],[href*="/${handle}#"])`;
  /** @type {HTMLElement} */
  let card = link;
  for (let around = link.parentElement; around; around = around.parentElement) {
    if (around.matches('body,main,.shopify-section') || around.querySelector(others)) break;
    card = around;
    if (around.matches('li,article')) break;
  }
  return card;
}

/** Where the theme says of this card that it is sold out. A hidden word says nothing, nor does one about a single option.
 * @param {HTMLElement} card
 * @returns {HTMLElement | null} */
function signOn(card) {
  const walk = document.createTreeWalker(card, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  /** @type {HTMLElement | null} */
  let classed = null;
  for (let node = /** @type {any} */ (card); node; node = walk.nextNode()) {
    if (!sign.test(node.data ?? node.getAttribute('class'))) continue;
    const element = node.data ? node.parentElement : node;
    if (!element.checkVisibility() || element.closest('label,fieldset,option')) continue;
    // The word itself says best where it stands.
    if (node.data) return element;
    classed ??= element;
  }
  return classed;
}

/** The link of a card, the theme's sign, and how far the link was moved from where it would stand, px.
 * @type {WeakMap<Element, { own: HTMLElement, mark: Element | null, x: number, y: number }>} */
const linked = new WeakMap();

/** Where the link goes: opposite the theme's sign and in line with it, on the picture where that is, else in the text.
 * @param {Element} card */
function placeOn(card) {
  const found = linked.get(card);
  if (!found) return null;
  const { own, mark } = found;
  const box = own.getBoundingClientRect();
  const whole = card.getBoundingClientRect();
  const picture = card.querySelector('img')?.getBoundingClientRect();
  const at = mark?.getBoundingClientRect();
  const isOver = picture && (!at || (at.bottom <= picture.bottom + 1 && at.top >= picture.top - 1));
  const ground = isOver ? picture : whole;
  const isRight = !at || at.left + at.right < ground.left + ground.right;
  const near = at ? Math.min(at.left - ground.left, ground.right - at.right) : 8;
  const inset = isOver ? Math.max(4, near) : 0;
  const left = isRight ? ground.right - inset - box.width : ground.left + inset;
  let top = at ? at.top + at.height / 2 - box.height / 2 : ground.bottom - inset - box.height;
  // In a narrow card there may be no room beside the sign: then above it, or below where it stands at the top.
  if (at && (isRight ? left < at.right + GAP : left + box.width > at.left - GAP))
    top = at.top - ground.top > box.height + GAP ? at.top - GAP - box.height : at.bottom + GAP;
  return { found, isOver, x: found.x + left - box.left, y: found.y + top - box.top };
}

/** What is still to be done, in order. @type {(() => void)[]} */
const jobs = [];

/** What is left after a millisecond waits for a task of its own, so that none is felt. */
function work() {
  const until = performance.now() + 1;
  do jobs.shift()?.();
  while (jobs.length && performance.now() < until);
  if (jobs.length) setTimeout(work);
}

/** @param {() => void} job */
const later = (job) => jobs.push(job) > 1 || setTimeout(work);

/** @param {Element} card */
function move(card) {
  const place = placeOn(card);
  if (!place) return;
  const { found, isOver, x, y } = place;
  Object.assign(found, { x, y });
  const { backgroundColor, color } = getComputedStyle(document.body);
  const ground = /, 0\)$/.test(backgroundColor) ? 'Canvas' : backgroundColor;
  // Over a picture it brings the page's own ground and ink.
  found.own.style.cssText += `;translate:${x}px ${y}px;--nmm-ground:${isOver ? ground : 'none'};--nmm-ink:${isOver ? color : 'inherit'}`;
}

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => later(() => move(target))));

/** @param {HTMLAnchorElement} link */
function lookAt(link) {
  const handle = handleOf(link);
  const isPage = handle === handleOf(location);
  if (!handle || isPage || link.closest('header,footer,nav,dialog,[role=dialog],.nmm-card')) return;
  const card = cardOf(link, handle);
  // A link can't hold another one.
  if (card === link) return;
  const mark = signOn(card);
  const isSold = (mark || sold.includes(handle)) && !leftOut.includes(handle);
  const size = isSold && getComputedStyle(mark ?? card).fontSize;
  // Behind all that has yet to be looked at: the browser works out its layout once.
  later(() => {
    const own = /** @type {HTMLAnchorElement | null} */ (card.querySelector('.nmm-card'));
    if (!isSold) return own?.remove();
    const href = new URL(link.href);
    href.hash = 'notify-me';
    if (own) {
      // A theme may use a card again for another product, or bring back one that it kept with our link in it.
      own.href = href.href;
      linked.set(card, { x: 0, y: 0, ...linked.get(card), own, mark });
    } else {
      const fresh = document.createElement('a');
      fresh.className = 'nmm-card';
      fresh.href = href.href;
      // No larger than the theme's sign.
      fresh.style.cssText = `font-size:min(${size},14px);${data.nmmLook ?? ''}`;
      const product = document.createElement('span');
      product.textContent = ` ${link.textContent?.trim() || link.querySelector('img')?.alt || ''}`;
      fresh.append(data.nmmText ?? '', product);
      card.prepend(fresh);
      linked.set(card, { x: 0, y: 0, own: fresh, mark });
    }
    sizes.observe(card);
  });
}

/** Links that were not looked at yet. @type {Set<HTMLAnchorElement>} */
const queue = new Set();

/** The card around a change: what comes into one later, or goes, may be its sign.
 * @param {any} node */
function cardAround(node) {
  for (let at = node; at; at = at.parentElement) if (linked.has(at) || at.matches?.('li,article')) return at;
  return null;
}

/** Looks only at what changed.
 * @param {any[]} nodes */
function add(nodes) {
  const found = nodes.flatMap((node) => [
    ...(node.matches?.(products) ? [node] : []),
    ...((cardAround(node) ?? node).querySelectorAll?.(products) ?? []),
  ]);
  for (const link of found) {
    if (queue.has(link)) continue;
    queue.add(link);
    later(() => {
      queue.delete(link);
      lookAt(link);
    });
  }
}

new MutationObserver((changes) =>
  add(
    changes.flatMap(({ addedNodes, removedNodes, target }) => {
      const nodes = /** @type {any[]} */ ([...addedNodes, ...removedNodes]);
      // Our own link is no news.
      if (nodes.some((node) => node.className === 'nmm-card')) return [];
      const isWithin = addedNodes.length === 0 && cardAround(target);
      return isWithin ? [target] : [...addedNodes];
    }),
  ),
).observe(document.body, { subtree: true, childList: true, attributeFilter: ['href'] });
add([document.body]);
