// The links on sold-out cards: finds each such card, however it came into the page, and lays a link over a corner of it.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-cards.js; it is fetched when the first such card appears.

/** words: how themes say "sold out"; sold: handles of products that Liquid saw sold out; text, look: the link's. */
const data = /** @type {HTMLElement} */ (document.querySelector('[data-src*="notify-me-cards.js"]')).dataset;
const products = 'a[href*="/products/"]';
/** A text that says nothing else, or a class of the kind `price--sold-out`. */
const sign = RegExp(`^\\s*(${data.words})\\W*$|sold-?out( |$)`, 'i');
const sold = data.sold?.split(' ') ?? [];

const style = new CSSStyleSheet();
style.replaceSync(
  '.nmm-card{position:absolute;z-index:3;box-sizing:border-box;display:inline-flex;align-items:center;min-height:44px;margin:.5em;padding:.25em 1em;border:1px solid;background:Canvas;color:CanvasText;font-size:.875em;line-height:1.2;text-decoration:none;transition:none}' +
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

/** Whether the theme says of this card that it is sold out. A hidden word says nothing, nor does one about a single option.
 * @param {HTMLElement} card */
function saysSoldOut(card) {
  const walk = document.createTreeWalker(card, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = /** @type {any} */ (card); node; node = walk.nextNode()) {
    if (!sign.test(node.data ?? node.getAttribute('class'))) continue;
    const element = node.data ? node.parentElement : node;
    if (element.checkVisibility() && !element.closest('label,fieldset,option')) return true;
  }
  return false;
}

/** @param {HTMLAnchorElement} link */
function lookAt(link) {
  const handle = handleOf(link);
  const isPage = handle === handleOf(location);
  if (!handle || isPage || link.closest('header,footer,nav,dialog,[role=dialog],.nmm-card')) return;
  const card = cardOf(link, handle);
  // A link can't hold another one, and one is enough.
  if (card === link || card.querySelector('.nmm-card')) return;
  if (!sold.includes(handle) && !saysSoldOut(card)) return;
  const own = document.createElement('a');
  own.className = 'nmm-card';
  own.href = link.href;
  own.style.cssText = data.look ?? '';
  const product = document.createElement('span');
  product.textContent = ` ${link.textContent?.trim() || link.querySelector('img')?.alt || ''}`;
  own.append(data.text ?? '', product);
  card.prepend(own);
}

/** Links that were not looked at yet. @type {Set<HTMLAnchorElement>} */
const queue = new Set();

/** What is left after a millisecond waits for a task of its own, so that none is felt. */
function work() {
  const until = performance.now() + 1;
  for (const link of queue) {
    queue.delete(link);
    lookAt(link);
    if (performance.now() > until && queue.size) return void setTimeout(work);
  }
}

/** Looks only at what was added. What comes into a card later may be its sign.
 * @param {any[]} nodes */
function add(nodes) {
  const before = queue.size;
  for (const node of nodes) {
    if (node.matches?.(products)) queue.add(node);
    const around = (node.closest ? node : node.parentElement)?.closest?.('li,article') ?? node;
    for (const link of around.querySelectorAll?.(products) ?? []) queue.add(link);
  }
  if (!before && queue.size) setTimeout(work);
}

new MutationObserver((changes) => add(changes.flatMap(({ addedNodes }) => [...addedNodes]))).observe(
  document.body,
  { subtree: true, childList: true },
);
add([document.body]);
