// Picker contract b: pills fetch the section again and the cart form's id is set from script, by default with a change event.
class ProductInfo extends HTMLElement {
  connectedCallback() {
    this.addEventListener('change', (event) => {
      if (event.target.dataset.valueId) this.pick();
    });
  }

  async pick() {
    const checked = [...this.querySelectorAll('[data-value-id]:checked')];
    const values = checked.map((input) => input.dataset.valueId);
    const sibling = checked.find(({ dataset }) => dataset.productUrl)?.dataset.productUrl;
    if (sibling && sibling !== this.dataset.url)
      return swapMain({ url: `${sibling}?option_values=${values}`, place: this.closest('dialog') });
    const url = `${this.dataset.url}?section_id=${this.dataset.section}&option_values=${values.join(',')}`;
    const asked = (this.asked = url);
    const html = await (await fetch(url)).text();
    if (this.asked !== asked) return;
    const next = new DOMParser().parseFromString(html, 'text/html');
    const variant = JSON.parse(next.querySelector('[data-selected]').textContent);
    const focused = document.activeElement?.dataset?.valueId;
    for (const part of ['media', 'price', 'picker', 'add']) {
      const inDialog = this.closest('dialog') !== null;
      const fresh = next.querySelector(`[data-part="${part}"]`);
      if (inDialog)
        fresh.innerHTML = fresh.innerHTML.replaceAll(this.dataset.section, `quick-${this.dataset.section}`);
      this.querySelector(`[data-part="${part}"]`).replaceWith(fresh);
    }
    if (focused) this.querySelector(`[data-value-id="${focused}"]`)?.focus();
    const input = this.querySelector('[data-part="id"]');
    input.value = variant?.id ?? '';
    if (this.dataset.silent !== 'true') input.dispatchEvent(new Event('change', { bubbles: true }));
    if (variant && !this.closest('dialog'))
      history.replaceState({}, '', `${this.dataset.url}?variant=${variant.id}`);
  }
}
customElements.define('product-info', ProductInfo);

/** Another product takes this one's place by innerHTML, in which no script runs: all of `main`, or the product in a dialog. */
async function swapMain({ url, place }) {
  const html = await (await fetch(url)).text();
  const page = new DOMParser().parseFromString(html, 'text/html');
  if (place) {
    const content = page.querySelector('product-info');
    content.innerHTML = content.innerHTML.replaceAll(
      content.dataset.section,
      `quick-${content.dataset.section}`,
    );
    place.querySelector('product-info').replaceWith(content);
    return;
  }
  document.querySelector('main').innerHTML = page.querySelector('main').innerHTML;
  document.title = page.title;
  const { dataset } = document.querySelector('product-info');
  const id = document.querySelector('[data-part="id"]').value;
  history.replaceState({}, '', id ? `${dataset.url}?variant=${id}` : dataset.url);
}

// The links below a product do the same.
document.addEventListener('click', async (event) => {
  const link = event.target.closest?.('a[data-swap]');
  if (!link || event.metaKey || event.ctrlKey || link.closest('dialog')) return;
  event.preventDefault();
  const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), 'text/html');
  document.querySelector('main').innerHTML = page.querySelector('main').innerHTML;
  document.title = page.title;
  history.pushState({}, '', link.href);
  scrollTo(0, 0);
});
addEventListener('popstate', () => location.reload());
