// A small interface for other people's code, where the merchant switched it on: docs/help/custom-theme.md is its reference.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-api.js.
{
  const page = /** @type {any} */ (document);
  if (page.nmm && !('notifyMeMessenger' in window)) {
    /** @typedef {{ product: string, variant: string, soldOut: boolean, href: string | null }} State */

    /** @param {any} button
     * @returns {State} */
    const stateOf = (button) => {
      const soldOut = !button.lastElementChild.hidden;
      const href = button.querySelector('a').href;
      const drawn = /_(\d+)_[^_]+_[^_]+_[^_]+$/.exec(href)?.[1] ?? '';
      return {
        product: button.dataset.product,
        variant: button.variant ?? (soldOut ? drawn : ''),
        soldOut,
        href: soldOut ? href : null,
      };
    };

    /** The link of a sold-out variant that this page knows, or null. @param {string | number} variant */
    const linkFor = (variant) => {
      for (const button of page.nmm.buttons()) {
        const all = new URLSearchParams(
          `${button.dataset.checks}&${Object.values(page.nmm.known).join('&')}`,
        );
        const check = all.get(`${variant}`);
        if (check)
          return button.querySelector('a').href.replace(/_\d+(_[^_]+_[^_]+_)[^_]+$/, `_${variant}$1${check}`);
      }
      return null;
    };

    /** @type {Set<(state: State) => void>} */
    const listeners = new Set();
    /** What was told last of each button. @type {WeakMap<object, string>} */
    const told = new WeakMap();
    const tell = () => {
      for (const button of page.nmm.buttons()) {
        const state = stateOf(button);
        const text = JSON.stringify(state);
        if (told.get(button) === text) continue;
        told.set(button, text);
        button.dispatchEvent(new CustomEvent('notify-me-messenger:change', { bubbles: true, detail: state }));
        for (const listener of listeners) listener(state);
      }
    };
    new MutationObserver(tell).observe(page, {
      subtree: true,
      childList: true,
      attributeFilter: ['href', 'hidden', 'data-product'],
    });
    page.addEventListener('click', (/** @type {any} */ { target }) => {
      const button = target.closest?.('.nmm a')?.closest('notify-me-messenger');
      button?.dispatchEvent(
        new CustomEvent('notify-me-messenger:press', { bubbles: true, detail: stateOf(button) }),
      );
    });

    Object.defineProperty(window, 'notifyMeMessenger', {
      value: Object.freeze({
        version: 1,
        link: linkFor,
        /** Opens Messenger for a variant, as a press on the button does. @param {string | number} variant */
        open: (variant) => {
          const href = linkFor(variant);
          if (href) window.open(href, '_blank', 'noopener');
          return href !== null;
        },
        state: () => page.nmm.buttons().map(stateOf),
        /** @param {(state: State) => void} listener
         * @returns {() => void} ends the subscription */
        subscribe: (listener) => {
          listeners.add(listener);
          for (const button of page.nmm.buttons()) listener(stateOf(button));
          return () => void listeners.delete(listener);
        },
      }),
    });
    tell();
    page.dispatchEvent(new CustomEvent('notify-me-messenger:ready'));
  }
}
