// What a block of the admin runs in, as far as this simulator knows it: an origin of its own, the documented surface of `shopify`, Shopify's elements
// by name and rough look alone. Shopify's own runtime (a worker and its remote DOM) is private and not imitated.
(() => {
  const { app, productId, locale, words } = window.given;
  const ask = (kind, detail) =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      window.parent.postMessage({ block: 1, kind, detail }, '*', [port2]);
    });

  const { fetch: plain } = window;
  // https://shopify.dev/docs/api/admin-extensions/latest/network-features: relative to the app, with an ID token.
  window.fetch = async (input, init = {}) => {
    const url = new URL(input, app);
    if (url.origin !== new URL(app).origin) return plain(input, init);
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${await ask('idToken')}`);
    return plain(url, { ...init, headers });
  };

  const plural = new Intl.PluralRules(locale);
  const wordOf = (key) => key.split('.').reduce((at, part) => at?.[part], words);
  window.shopify = {
    extension: { target: 'admin.product-details.block.render' },
    data: { selected: [{ id: `gid://shopify/Product/${productId}` }] },
    auth: { idToken: () => ask('idToken') },
    i18n: {
      translate(key, options = {}) {
        const found = wordOf(key);
        const text = typeof found === 'object' ? found[plural.select(options.count)] : found;
        if (text === undefined) throw new Error(`no translation: ${key}`);
        return text.replace(/{{(\w+)}}/g, (_, name) => String(options[name]));
      },
      formatNumber: (number, options) => new Intl.NumberFormat(locale, options).format(number),
      formatDate: (date, options) => new Intl.DateTimeFormat(locale, options).format(date),
    },
    extend: (_target, begin) => void begin(),
  };

  document.addEventListener('click', ({ target }) => {
    const href = target.closest('s-link')?.getAttribute('href');
    if (href?.startsWith('app:')) void ask('open', href.slice('app:'.length));
  });
  new ResizeObserver(() => void ask('height', document.documentElement.scrollHeight)).observe(
    document.documentElement,
  );
})();
