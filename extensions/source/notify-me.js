// The button's script: keeps the link that Liquid drew in step with the product and the variant that the shopper sees.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me.js, which is what a shopper downloads.
{
  /** Plain and global ids (gid://shopify/ProductVariant/1) name the same thing.
   * @param {unknown} id */
  const plain = (id) => `${id ?? ''}`.replace(/.*\//, '');

  /** @param {any} node an element; the document itself stands in no dialog and no section */
  const dialogOf = (node) => node.closest?.('dialog,[role=dialog],[aria-modal=true]') ?? null;

  /** A product form and a button belong together inside the same section (Shopify's own wrapper) or the same dialog.
   * @param {any} node */
  const placeOf = (node) =>
    node?.closest?.('dialog,[role=dialog],[aria-modal=true],.shopify-section') ?? null;

  /**
   * @param {HTMLFormElement} form
   * @param {string} name
   * @returns {string} in truth undefined when the form has no such field */
  const field = (form, name) => /** @type {any} */ (form.elements.namedItem(name))?.value;

  /** A theme may keep the product it swapped out in the page for a moment, without a box. A form may have none of its own.
   * @param {HTMLFormElement} form */
  const isShown = (form) => [form, ...form.children].some((each) => each.getClientRects().length > 0);

  class NotifyMe extends HTMLElement {
    connectedCallback() {
      const data = this.dataset;
      const ending = new AbortController();
      /** What each form of this product carried when we looked last.
       * @type {WeakMap<HTMLFormElement, string>} */
      let seen = new WeakMap();
      /** The variant, or the promise of one, picked last: a slow answer about an earlier one must not win.
       * @type {unknown} */
      let wanted;
      /** Whether a form of this product has stood here: without one, what Liquid drew holds. */
      let stood = false;
      /** Whether it has gone since, and the button with it. */
      let gone = false;
      /** What Liquid said elsewhere than in this element, by product: check values as in `data-checks`.
       * @type {Record<string, string>} */
      const known = {};
      /** Addresses asked already. @type {Set<string>} */
      const asked = new Set();

      /** The check value of a variant: empty when it is for sale, null when Liquid could not see it.
       * @param {string} [id] */
      const checkOf = (id = '') =>
        new URLSearchParams(`${data.checks}&${known[data.product ?? ''] ?? ''}`).get(id);

      /** Everything is read at each change and never kept: a theme that morphs its page may have rewritten any of it.
       * @param {unknown} [variant] a plain or global id; nothing means that there is none to wait for */
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
        wanted = id;
        if (!id || check !== null || !data.more) return;
        const page = `${data.more}?variant=${id}`;
        // Themes rewrite the ids of their sections, also in what is ours: Liquid wrote this one backwards.
        const section = [...(data.section ?? '')].reverse().join('');
        void ask([...(section && [`${page}&section_id=${section}`]), page], () => wanted === id && show(id));
      };

      /** Reads what Liquid says on another page, until one of `pages` says something of this product.
       * @param {string[]} pages
       * @param {() => void} then */
      const ask = async (pages, then) => {
        for (const page of pages) {
          if (asked.has(page)) return;
          asked.add(page);
          try {
            const text = await (await fetch(page)).text();
            const twins = /** @type {NodeListOf<HTMLElement>} */ (
              new DOMParser().parseFromString(text, 'text/html').querySelectorAll('[data-checks]')
            );
            for (const { dataset } of twins)
              known[dataset.product ?? ''] = `${dataset.checks}&${known[dataset.product ?? ''] ?? ''}`;
            if (twins.length) break;
          } catch {
            // Offline: the button stays hidden, and the page's console stays clean.
            asked.delete(page);
          }
        }
        then();
      };

      /** Add-to-cart forms that this button may be about: those of the page, or those of the dialog it stands in. */
      const allForms = () =>
        [
          .../** @type {NodeListOf<HTMLFormElement>} */ (
            document.querySelectorAll('form[action*="/cart/add"]')
          ),
        ].filter((form) => dialogOf(form) === dialogOf(this));

      /** @param {HTMLFormElement} form */
      const isOwn = (form) => {
        const product = field(form, 'product-id');
        return product ? product === data.product : seen.has(form) || checkOf(field(form, 'id')) !== null;
      };

      /** Whether what happens at `node` is about this button rather than about another one of the same product.
       * @param {unknown} node
       * @param {HTMLFormElement[]} own */
      const near = (node, own = allForms().filter(isOwn)) => {
        if (node === document || !own.length) return dialogOf(node) === dialogOf(this);
        const here = placeOf(this);
        // Apart from every form of its product, it keeps to the first.
        return placeOf(node) === (own.some((form) => placeOf(form) === here) ? here : placeOf(own[0]));
      };

      /** Another product stands where ours stood: as its button we go on, once Liquid has said what that is.
       * @param {HTMLFormElement[]} others
       * @returns {void} */
      const swap = (others) => {
        seen = new WeakMap();
        // Cards have forms as well.
        const form = others.find((each) => !each.closest('li,article,header,footer')) ?? others[0];
        const product = form && field(form, 'product-id');
        if (product && product in known) {
          data.product = product;
          data.checks = known[product];
          data.more = location.pathname;
          delete data.section;
          return follow();
        }
        show('');
        // Asked once for each address: a theme may change it before or after the page.
        if (product) void ask([location.pathname], follow);
      };

      /** What a form would put into the cart is what every theme keeps true, however it gets there.
       * @returns {void} */
      const follow = () => {
        if (!this.isConnected) return;
        const forms = allForms();
        const own = forms.filter(isOwn);
        const others = forms.filter((form) => !own.includes(form) && field(form, 'product-id'));
        // Both are looked at only where there is a choice: it makes the browser work out its layout.
        const swapped = others.length > 0 && !own.some(isShown) && others.some(isShown);
        if (stood && (own.length === 0 || swapped)) {
          // Said once: a theme without a form may still tell of variants by events.
          if (!gone || others.length) swap(others.filter(isShown));
          gone = true;
          return;
        }
        gone = false;
        stood ||= own.length > 0;
        for (const form of own) {
          const id = field(form, 'id');
          // "undefined" is no number either.
          if (/\D/.test(id) || seen.get(form) === id || !near(form, own)) continue;
          // An id that a theme has yet to fill in says nothing; one that was emptied says "no such combination".
          if (id || seen.has(form)) show(id);
          seen.set(form, id);
        }
      };

      let due = false;
      /** Once before the next picture, after the theme's own listeners, however much has changed until then. */
      const later = () => {
        if (due) return;
        due = true;
        requestAnimationFrame(() => {
          due = false;
          follow();
        });
      };

      /**
       * @param {string} type
       * @param {(event: any) => void} answer
       * @param {EventTarget} [target] */
      const listen = (type, answer, target = document) => target.addEventListener(type, answer, ending);
      listen('change', later);
      listen('click', later);
      // A page from the back/forward cache, or fields that the browser filled in again.
      listen('pageshow', later, window);
      // The link that is pressed is right whatever a theme did without a sign.
      for (const type of ['pointerdown', 'focusin']) listen(type, follow, this);
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
      const observer = new MutationObserver(later);
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
