// The button's script: keeps the link that Liquid drew in step with the variant the shopper picks, and does nothing else.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me.js, which is what a shopper downloads.
{
  /** Plain and global ids (gid://shopify/ProductVariant/1) name the same thing.
   * @param {unknown} id */
  const plain = (id) => `${id ?? ''}`.replace(/.*\//, '');

  /** A product form and a button belong together inside the same section (Shopify's own wrapper) or the same dialog.
   * @param {any} node an element; the document itself has no place */
  const placeOf = (node) => node.closest?.('dialog,[role=dialog],.shopify-section');

  /**
   * @param {HTMLFormElement} form
   * @param {string} name
   * @returns {string} in truth undefined when the form has no such field */
  const field = (form, name) => /** @type {any} */ (form.elements.namedItem(name))?.value;

  class NotifyMe extends HTMLElement {
    connectedCallback() {
      const data = this.dataset;
      const ending = new AbortController();
      /** What each form of this product carried when we looked last.
       * @type {WeakMap<HTMLFormElement, string>} */
      const seen = new WeakMap();
      /** The variant, or the promise of one, picked last: a slow answer about an earlier one must not win.
       * @type {unknown} */
      let wanted;

      /** The check value of a variant: empty when it is for sale, null when Liquid could not see it.
       * @param {string} [id]
       * @param {string} [checks] */
      const checkOf = (id = '', checks = data.checks) => new URLSearchParams(checks).get(id);

      /** Everything is read at each change and never kept: a theme that morphs its page may have rewritten any of it.
       * @param {unknown} [variant] a plain or global id; nothing means that the combination does not exist */
      const show = (variant) => {
        const id = plain(variant);
        const check = checkOf(id);
        const box = /** @type {HTMLElement} */ (this.firstElementChild);
        if (check)
          /** @type {HTMLAnchorElement} */ (box.firstElementChild).href = data.link?.replace('*', id) + check;
        if (box.hidden === !!check) {
          /** @type {HTMLElement} */ (this.lastElementChild).textContent = check ? (data.says ?? '') : '';
          box.hidden = !check;
        }
        if (id && check === null && data.more && wanted !== id) ask(id);
        wanted = id;
      };

      /** More than 250 variants: Liquid lists no more, so the button is drawn again around the one that was picked.
       * @param {string} id */
      const ask = async (id) => {
        try {
          const page = new DOMParser().parseFromString(
            await (await fetch(data.more + id)).text(),
            'text/html',
          );
          const twin = /** @type {HTMLElement | null} */ (
            page.querySelector(`[data-checks][data-product="${data.product}"]`)
          );
          data.checks += `&${id}=${checkOf(id, twin?.dataset.checks) ?? ''}`;
          if (wanted === id) show(id);
        } catch {
          // Offline: the button stays hidden, and the page's console stays clean.
        }
      };

      /** Every add-to-cart form of this product.
       * @returns {HTMLFormElement[]} */
      const forms = () =>
        [
          .../** @type {NodeListOf<HTMLFormElement>} */ (
            document.querySelectorAll('form[action*="/cart/add"]')
          ),
        ].filter((form) => {
          const product = field(form, 'product-id');
          return product ? product === data.product : seen.has(form) || checkOf(field(form, 'id')) !== null;
        });

      /** Whether what happens at `node` is about this button rather than about another one of the same product.
       * @param {unknown} node */
      const near = (node) => {
        const here = placeOf(this);
        const there = placeOf(node);
        return !there || there === here || !forms().some((form) => placeOf(form) === here);
      };

      /** What a form would put into the cart is what every theme keeps true, however it gets there. */
      const follow = () => {
        for (const form of forms()) {
          const id = field(form, 'id');
          // "undefined" is no number either.
          if (/\D/.test(id) || seen.get(form) === id || !near(form)) continue;
          // An id that a theme has yet to fill in says nothing; one that was emptied says "no such combination".
          if (id || seen.has(form)) show(id);
          seen.set(form, id);
        }
      };

      /**
       * @param {string} type
       * @param {(event: any) => void} answer */
      const listen = (type, answer) => document.addEventListener(type, answer, ending);
      // After the theme's own listeners, which may set the form without telling anyone.
      const later = () => setTimeout(follow);
      listen('change', later);
      listen('click', later);
      listen('shopify:product:select', ({ product, promise, target }) => {
        if (plain(product?.id) !== data.product || !near(target)) return;
        wanted = promise;
        promise?.then(
          (/** @type {any} */ answer) => wanted === promise && show(answer?.variant?.id),
          () => {}, // Themes abandon a look-up when the shopper clicks on.
        );
      });
      listen('variant:update', ({ detail, target }) => {
        if (plain(detail?.data?.productId) === data.product && near(target)) show(detail.resource?.id);
      });
      const observer = new MutationObserver(follow);
      observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['value'] });
      this.stop = () => {
        observer.disconnect();
        ending.abort();
      };
      follow();
    }

    stop() {}

    disconnectedCallback() {
      this.stop();
    }
  }

  // A theme that morphs its page may run this file twice.
  if (!customElements.get('notify-me-messenger')) customElements.define('notify-me-messenger', NotifyMe);
}
