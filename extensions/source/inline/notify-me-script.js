// The button's script: dresses it as the theme's own, and keeps its link in step with the product and the variant that the shopper sees.
// `npm run build:extension` writes this into ../../notify-me/snippets/notify-me-script.liquid: it has to run before the button is first painted.
{
  const page = /** @type {any} */ (document);
  const tag = 'notify-me-messenger';
  // Several buttons of one page share this; a theme may also run it again.
  if (!page.nmm) {
    const src = page.currentScript.dataset.nmm;
    const dialog = 'dialog,[role=dialog]';
    /** The embed's button, which waits in a template in the head. @type {any} */
    const embed = page.getElementById(tag)?.content.firstElementChild;
    const sheet = new CSSStyleSheet();

    /** What Liquid says elsewhere than in a button itself, by product: check values as in `data-checks`.
     * @type {Record<string, string>} */
    const known = {};

    /** Every button of the page, and the embed's before it has a place; but nothing twice: where a block stands, the embed steps aside.
     * @returns {any[]} */
    const buttons = () => {
      // One that is still being parsed has no link yet.
      const all = [...page.querySelectorAll(tag)].filter((each) => each !== embed && each.querySelector('a'));
      if (!embed) return all;
      if (!all.some((each) => each.dataset.product === embed.dataset.product && !each.closest(dialog)))
        return [embed, ...all];
      embed.remove();
      return all;
    };

    /** A product form and a button belong together inside the same section (Shopify's own wrapper) or the same dialog.
     * @param {any} node the document itself has no place */
    const placeOf = (node) => node?.closest?.(`${dialog},.shopify-section`) ?? null;

    /** @param {any} form @param {string} name */
    const field = (form, name) => form.elements.namedItem(name)?.value;

    /** A theme may keep the product it swapped out in the page for a moment, without a box.
     * @param {any} node */
    const hasBox = (node) => node.checkVisibility?.() ?? true;

    /** The check value of a variant: empty when it is for sale, null when Liquid has not said.
     * @param {any} button @param {string} id */
    const checkOf = ({ dataset }, id) =>
      new URLSearchParams(`${dataset.checks}&${known[dataset.product] ?? ''}`).get(id);

    /** What is rarely needed is fetched only then. @param {string} what @param {any[]} given */
    const more = (what, ...given) =>
      import(src).then(
        (script) => script[what](...given),
        () => {}, // Offline: the page's console stays clean.
      );

    /** Reads the buttons that Liquid drew in a document, also the one in an embed's template.
     * @param {any} root */
    const learn = (root) => {
      for (const part of [root, root.getElementById(tag)?.content])
        for (const { dataset } of part?.querySelectorAll('[data-checks]') ?? [])
          known[dataset.product] = `${dataset.checks}&${known[dataset.product] ?? ''}`;
      for (const button of buttons()) if (button.variant) show(button, button.variant);
      later();
    };

    /** Everything is read at each change and never kept: a theme that morphs its page may have rewritten any of it.
     * @param {any} button @param {string} id of a variant; empty when there is none to wait for */
    const show = (button, id) => {
      button.variant = id;
      const check = checkOf(button, id);
      const box = button.lastElementChild;
      const link = box.firstElementChild;
      if (check) link.href = link.href.replace(/_\d+(_[^_]+_[^_]+_)[^_]+$/, `_${id}$1${check}`);
      box.hidden = !check && !('editor' in button.dataset);
      if (id && check === null && button.dataset.more) more('ask', button, id);
    };

    /** Add-to-cart forms that the button may be about: those of the page, or those of the dialog it stands in.
     * @param {any} button
     * @returns {any[]} */
    const formsOf = (button) =>
      [...page.querySelectorAll('form[action*="/cart/add"]')].filter(
        (form) => form.closest(dialog) === button.closest(dialog),
      );

    /** @param {any} button */
    const ownForms = (button) =>
      formsOf(button).filter((form) => {
        const product = field(form, 'product-id');
        return product
          ? product === button.dataset.product
          : button.seen?.has(form) || checkOf(button, field(form, 'id')) !== null;
      });

    /** The place whose forms the button is about: its own, or else that of the first.
     * @param {any} button @param {any[]} own */
    const homeOf = (button, own) => placeOf(own.find((form) => placeOf(form) === placeOf(button)) ?? own[0]);

    /** What a form would put into the cart is what every theme keeps true, however it gets there.
     * @param {any} button @param {any[]} own */
    const follow = (button, own) => {
      // The page may hold another form of this product, below the one that was swapped out.
      const isHere = own.some((form) => {
        const id = placeOf(form)?.id;
        return hasBox(form) && (!id || id === (button.home ?? id));
      });
      // Cards have forms as well.
      const isSwapped = () =>
        formsOf(button).some(
          (form) => field(form, 'product-id') && hasBox(form) && !form.closest('li,article'),
        );
      if (!isHere && button.stood && (!own.length || isSwapped())) {
        // Said once: a theme without a form may still tell of variants by events.
        if (!button.gone) show(button, '');
        button.gone = 1;
        button.seen = 0;
        return more('become', button);
      }
      button.gone = 0;
      button.home ??= homeOf(button, own)?.id;
      // Without a form, what Liquid drew holds.
      button.stood ||= own.length;
      button.seen ||= new WeakMap();
      for (const form of own) {
        const id = field(form, 'id');
        // "undefined" is no number either.
        if (/\D/.test(id) || button.seen.get(form) === id || placeOf(form) !== homeOf(button, own)) continue;
        // An id that a theme has yet to fill in says nothing; one that was emptied says "no such combination".
        if (id || button.seen.has(form)) show(button, id);
        button.seen.set(form, id);
      }
    };

    /** Relative luminance (WCAG 2) and 0.05 of `colors` laid over each other.
     * @param {string[]} colors */
    const paint = (...colors) => {
      const canvas = /** @type {any} */ (new OffscreenCanvas(1, 1).getContext('2d'));
      for (const color of colors) {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
      return (0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2) / 255 ** 2.2 + 0.05;
    };

    /** Takes over what makes the theme's button look as it does, as if it could be pressed, and puts an embed after it.
     * @param {any} button @param {any} model */
    const dress = (button, model) => {
      // Beside the theme's own, so that the same rules of the theme apply. Without a box nothing is laid out, and sizes are read as they were written.
      const twin = model.cloneNode();
      twin.disabled = twin.ariaDisabled = null;
      twin.className = twin.className.replace(/\S*(disabled|sold|loading)\S*/gi, '');
      const { display } = getComputedStyle(model);
      twin.style.display = 'none';
      model.after(twin);
      const { height, width, minHeight } = getComputedStyle(twin);

      // Out of everything that stands in one line with the theme's button, and past what belongs to it.
      let row = model;
      let most = '100%';
      for (let around = model.parentElement; model.form.contains(around); around = around.parentElement) {
        const { display, maxWidth } = getComputedStyle(around);
        if (display !== 'block') row = around;
        if (/px/.test(maxWidth)) most += `,${maxWidth}`;
      }
      // A button as wide as its label has ours so, too.
      const isShort = row === model && width === 'auto' && /inline/.test(display);
      const own = `min-height:max(44px,${/px/.test(height) ? `${height});padding-block:0` : `${minHeight})`}${isShort ? ';display:inline-flex' : ''}`;
      sheet.replaceSync(
        ['', '::before', '::after']
          .map((part) => {
            const style = /** @type {any} */ (getComputedStyle(twin, part));
            // Some themes draw a button's edge with such parts, laid over it.
            if (part && style.position !== 'absolute') return '';
            const rules = [...style].map((name) =>
              /^(colo|conte|po|to|ri|bo|le|z|pa|ba|fo|text-[ts]|line-h|op)/.test(name)
                ? `${name}:${style[name]};`
                : '',
            );
            return `.nmm.nmm.nmm a${part}{${rules.join('')}${part || own}}`;
          })
          .join(''),
      );
      button.style.maxWidth = `min(${most})`;
      twin.remove();

      while (/payment|checkout/.test(row.nextElementSibling?.className)) row = row.nextElementSibling;
      // A theme may hide every app's block in its dialogs.
      const isHidden = button.closest(dialog) && !hasBox(button);
      // One that floats has a class. None is moved without need: it may hold the focus.
      const spot = button.className ? page.body.lastElementChild : row;
      const isMoved = button === embed ? !button.className || !button.isConnected : isHidden;
      if (isMoved && spot.nextElementSibling !== button) spot.after(button);

      // Colours are taken over only where they can be read: 4.5 to 1, else black or white.
      const link = button.querySelector('a');
      const layers = [];
      for (let node = link; node; node = node.parentElement)
        layers.unshift(getComputedStyle(node).backgroundColor);
      const ground = paint('#fff', ...layers);
      const ratio = paint('#fff', ...layers, getComputedStyle(link).color) / ground;
      if (ratio < 4.5 && ratio > 1 / 4.5)
        sheet.insertRule(`.nmm a{color:${ground > 0.23 ? '#000' : '#fff'}!important}`);
    };

    let told = 0;
    let due = 0;
    // Before the browser works out its layout: nothing is seen to move.
    const look = () => {
      due = 0;
      const all = buttons();
      for (const button of all) {
        const own = ownForms(button);
        follow(button, own);
        const model = own
          .filter((form) => placeOf(form) === homeOf(button, own))
          .flatMap((form) => [...form.elements])
          .find((each) => (each.type === 'submit' || each.name === 'add') && hasBox(each));
        if (!model) continue;
        const { color, backgroundColor } = getComputedStyle(page.body);
        // What a theme's button looks like depends on these: it is copied anew when one changes.
        const { fontSize } = getComputedStyle(model);
        const key = `${[color, backgroundColor, fontSize, innerWidth, all.length]}`;
        if (button.key !== key || !button.isConnected) dress(button, model);
        button.key = key;
      }
    };
    /** Looks again before the next picture, however much changes until then. */
    const later = () => (due ||= requestAnimationFrame(look));

    page.nmm = { buttons, homeOf, known, learn, later, ownForms, placeOf, show };
    page.adoptedStyleSheets.push(sheet);
    for (const type of ['shopify:product:select', 'variant:update'])
      addEventListener(
        type,
        (/** @type {any} */ event) => {
          // Themes abandon a look-up when the shopper clicks on.
          event.promise?.catch(() => {});
          more('hear', event, (told += 1));
        },
        true,
      );
    // A page from the back/forward cache has fields that the browser filled in again.
    for (const type of ['change', 'load', 'pageshow', 'resize']) addEventListener(type, later);
    addEventListener(
      'click',
      ({ target }) => {
        later();
        const link = /** @type {any} */ (target).closest?.('.nmm a');
        if (!link) return;
        const button = link.closest(tag);
        // The link that is pressed is right whatever a theme did without a sign.
        follow(button, ownForms(button));
        // The browsers inside Facebook and Instagram have one view only.
        if (/FBA|Insta/.test(navigator.userAgent)) link.target = '';
        more('pressed', button);
      },
      true,
    );
    // In time for the browser to find what the address names (#notify-me).
    addEventListener('DOMContentLoaded', look);
    new MutationObserver(later).observe(page, { subtree: true, childList: true, attributeFilter: ['value'] });
    learn(page);
  }
}
