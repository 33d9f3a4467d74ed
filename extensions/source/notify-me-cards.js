// The links on sold-out cards: lays each link that Liquid drew over a corner of the card of its product.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-cards.js, which is what a shopper downloads.
{
  /** @param {HTMLAnchorElement} link */
  const handleOf = (link) => /\/products\/([^/]+)\/?$/.exec(link.pathname)?.[1];

  /** @param {Element} within
   * @returns {HTMLAnchorElement[]} */
  const productLinks = (within) => [
    .../** @type {NodeListOf<HTMLAnchorElement>} */ (within.querySelectorAll('a[href*="/products/"]')),
  ];

  /** A card is the widest element around a link that leads to this one product only.
   * @param {HTMLAnchorElement} link */
  const cardOf = (link) => {
    let card = link;
    for (
      let around = link.parentElement;
      around && !around.matches('body,main,.shopify-section');
      around = around.parentElement
    ) {
      if (productLinks(around).some((other) => handleOf(other) !== handleOf(link))) break;
      card = /** @type {any} */ (around);
      if (around.matches('li,article')) break;
    }
    return card;
  };

  class NotifyMeCards extends HTMLElement {
    connectedCallback() {
      const place = () => {
        const found = productLinks(document.body).filter(
          (link) => !link.closest('header,footer,nav,dialog,[role=dialog],.nmm-card'),
        );
        for (const own of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.querySelectorAll('a'))) {
          for (const link of found) {
            if (handleOf(link) !== handleOf(own)) continue;
            const card = cardOf(link);
            // A link can't hold another one.
            if (card !== link && !card.querySelector('.nmm-card')) card.prepend(own.cloneNode(true));
          }
        }
      };
      // Themes that load more cards while the shopper scrolls.
      this.observer = new MutationObserver(place);
      this.observer.observe(document.body, { subtree: true, childList: true });
      place();
    }

    disconnectedCallback() {
      this.observer?.disconnect();
    }
  }

  if (!customElements.get('notify-me-cards')) customElements.define('notify-me-cards', NotifyMeCards);
}
