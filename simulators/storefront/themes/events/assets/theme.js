// Picker contract c: pills announce the choice with Shopify's standard event and its promise, then morph the section in place.
class ProductSelectEvent extends Event {
  constructor(detail) {
    super('shopify:product:select', { bubbles: true, composed: true });
    Object.assign(this, detail);
  }
}

/** Makes `from` like `to` while keeping every element that both have. */
function morph(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  const old = [...from.childNodes];
  [...to.childNodes].forEach((next, index) => {
    const here = old[index];
    if (!here) from.append(next.cloneNode(true));
    else if (here.nodeName !== next.nodeName) here.replaceWith(next.cloneNode(true));
    else if (here.nodeType === Node.ELEMENT_NODE) morph(here, next);
    else if (here.nodeValue !== next.nodeValue) here.nodeValue = next.nodeValue;
  });
  old.slice(to.childNodes.length).forEach((node) => node.remove());
}

function runAppScriptsAgain(root) {
  for (const old of root.querySelectorAll('.shopify-app-block script[src]')) {
    const script = document.createElement('script');
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    old.replaceWith(script);
  }
}

class ProductInfo extends HTMLElement {
  connectedCallback() {
    this.addEventListener('change', (event) => {
      if (event.target.dataset.valueId) this.pick(event.target);
    });
  }

  async pick(picker) {
    this.pending?.abort();
    this.pending = new AbortController();
    const { signal } = this.pending;
    const checked = [...this.querySelectorAll('[data-value-id]:checked')];
    const values = checked.map((input) => input.dataset.valueId).join(',');
    const sibling = checked.find(({ dataset }) => dataset.productUrl)?.dataset.productUrl;
    const url = `${sibling ?? this.dataset.url}?section_id=${this.dataset.section}&option_values=${values}`;
    const answer = fetch(url, { signal })
      .then((response) => response.text())
      .then((html) => new DOMParser().parseFromString(html, 'text/html'));
    const variantOf = (page) => JSON.parse(page.querySelector('[data-selected]').textContent);
    picker.dispatchEvent(
      new ProductSelectEvent({
        product: { id: `gid://shopify/Product/${this.dataset.product}`, title: this.dataset.title },
        selectedOptions: checked.map(({ name, value }) => ({ name, value })),
        promise: answer.then((page) => {
          const variant = variantOf(page);
          return {
            variant: variant && {
              id: `gid://shopify/ProductVariant/${variant.id}`,
              availableForSale: variant.available,
            },
          };
        }),
      }),
    );
    const page = await answer.catch(() => null);
    // The shopper may have left for another page meanwhile, without loading it.
    if (!page || signal.aborted || !this.isConnected) return;
    const variant = variantOf(page);
    // The choice stays what the shopper made it, also where no variant answers to it.
    const next = page.querySelector('product-info');
    if (this.closest('dialog'))
      next.innerHTML = next.innerHTML.replaceAll(this.dataset.section, `quick-${this.dataset.section}`);
    morph(this, next);
    runAppScriptsAgain(this);
    for (const input of this.querySelectorAll('[data-value-id]'))
      input.checked = input.hasAttribute('checked');
    this.querySelector('[data-part="id"]').value = variant?.id ?? '';
    if (variant && !this.closest('dialog'))
      history.replaceState(history.state, '', `${this.dataset.url}?variant=${variant.id}`);
  }
}
customElements.define('product-info', ProductInfo);
