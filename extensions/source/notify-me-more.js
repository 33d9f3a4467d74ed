// What the button needs only rarely: another product in the place of the first, variants beyond Liquid's list, and what follows a press.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-more.js.

if (!('nmm' in document)) {
  // A theme has brought a button later without running the script in it, but has run this one.
  const written = /** @type {HTMLScriptElement} */ (document.querySelector('notify-me-messenger script'));
  const script = document.createElement('script');
  script.dataset.nmm = written.dataset.nmm;
  script.text = written.text;
  document.head.append(script);
}
const { nmm } = /** @type {any} */ (document);

/** Addresses asked already. @type {Set<string>} */
const asked = new Set();

/** Reads what Liquid says on the page at `url`, once.
 * @param {string} url */
async function read(url) {
  if (asked.has(url)) return;
  asked.add(url);
  try {
    const text = await (await fetch(url)).text();
    nmm.learn(new DOMParser().parseFromString(text, 'text/html'));
  } catch {
    // Offline: the button stays hidden, and the page's console stays clean.
    asked.delete(url);
  }
}

/** Beyond 250 variants: the page around the variant that was picked. Nothing is asked while the theme itself says that it is for sale.
 * @param {any} button @param {string} id */
export function ask({ dataset }, id) {
  const forSale = RegExp(`"id":${id}\\b.*?"available":true`, 's');
  const data = [...document.querySelectorAll('script[type="application/json"]')];
  if (!data.some(({ textContent }) => forSale.test(textContent ?? '')))
    void read(`${dataset.more}?variant=${id}`);
}

/** No form of the button's product is left. Where another product's stands, the button becomes that one's, once Liquid has said what that is.
 * @param {any} button */
export function become(button) {
  const { dataset } = button;
  const forms = /** @type {any[]} */ ([...document.querySelectorAll('form[action*="/cart/add"]')]);
  const [product] = forms
    // Cards have forms as well.
    .filter(
      (form) => form.checkVisibility() && !form.closest('li,article,header,footer,dialog,[role=dialog]'),
    )
    .flatMap((form) => form.elements.namedItem('product-id')?.value ?? []);
  if (product === undefined || product === dataset.product) return;
  if (product in nmm.known) {
    button.home = undefined;
    Object.assign(dataset, { product, checks: nmm.known[product], more: location.pathname });
    nmm.later();
  } else {
    // Each address once: a theme may change it before or after the page.
    void read(location.pathname);
  }
}

/** Plain and global ids (gid://shopify/ProductVariant/1) name the same thing.
 * @param {unknown} id */
const plain = (id) => `${id ?? ''}`.replace(/.*\//, '');

/** @param {any} node the document itself is in no dialog */
const isInDialog = (node) => Boolean(node.closest?.('dialog,[role=dialog]'));

/** The number of what each button was told last. @type {WeakMap<object, number>} */
const told = new WeakMap();

/** A theme tells of a variant (`variant:update`), or of the promise of one (Shopify's standard event).
 * @param {any} event @param {number} number the later the higher: scripts that are fetched answer in any order */
export function hear({ target, product, promise, detail }, number) {
  const data = detail?.data;
  const answer = promise ?? Promise.resolve({ variant: detail?.resource, detail: data });
  for (const button of nmm.buttons()) {
    const own = nmm.ownForms(button);
    const isNear =
      own.length && target !== document
        ? nmm.placeOf(target) === nmm.homeOf(button, own)
        : isInDialog(target) === isInDialog(button);
    if (!isNear || plain(product?.id ?? data?.productId) !== button.dataset.product) continue;
    told.set(button, Math.max(number, told.get(button) ?? 0));
    // A slow answer about an earlier choice must not win; themes abandon a look-up when the shopper clicks on.
    answer.then(
      (/** @type {any} */ said) => {
        const isLast = told.get(button) === number;
        if (said?.detail?.html) nmm.learn(said.detail.html);
        if (isLast) nmm.show(button, plain(said?.variant?.id));
      },
      () => {},
    );
  }
}

/** How long Messenger may take to cover the page, ms. */
const PATIENCE = 3_000;

/** Says once where the answer is; and while the page is still in sight after a moment, offers the link to copy.
 * @param {any} button */
export function pressed(button) {
  const box = button.lastElementChild;
  const link = box.querySelector('a');
  const [answer, copy, copied] = button.dataset.says.split('|');
  box.querySelector('[data-nmm-pressed]')?.remove();
  const line = document.createElement('p');
  line.dataset.nmmPressed = '';
  line.textContent = answer;
  box.append(line);

  let isCovered = false;
  addEventListener('blur', () => (isCovered = true), { once: true });
  setTimeout(() => {
    if (isCovered || document.visibilityState === 'hidden' || !line.isConnected) return;
    const offer = document.createElement('button');
    offer.type = 'button';
    offer.textContent = copy;
    // As text, whatever a theme makes of its buttons.
    offer.style.cssText = 'all:unset;cursor:pointer;text-decoration:underline;outline:revert';
    offer.onclick = async () => {
      // A browser that lets nobody write to its clipboard shows the link, to be copied by hand.
      const isCopied = await navigator.clipboard?.writeText(link.href).then(
        () => true,
        () => false,
      );
      line.textContent = isCopied ? copied : link.href;
    };
    line.replaceChildren(offer);
  }, PATIENCE);

  // It was about this variant.
  new MutationObserver((_changes, observer) => {
    line.remove();
    observer.disconnect();
  }).observe(link, { attributeFilter: ['href'] });
}
