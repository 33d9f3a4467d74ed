// "You opened Messenger for this on …": only where the merchant turned it on, and only while the visitor allows preferences to be kept.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-remember.js.
{
  const page = /** @type {any} */ (document);
  const shopify = /** @type {any} */ (window).Shopify;
  const says = page.currentScript.dataset.says;
  const PREFIX = 'notify-me:';

  /** A browser that keeps nothing for us throws. @param {() => any} use */
  const guarded = (use) => {
    try {
      return use();
    } catch {
      return null;
    }
  };
  const isAllowed = () => shopify?.customerPrivacy?.preferencesProcessingAllowed() === true;

  /** The browser knows a press, never whether the person said yes in Messenger. @param {any} button */
  const remind = (button) => {
    const box = button.lastElementChild;
    box.querySelector('[data-nmm-remembered]')?.remove();
    const at = isAllowed() ? guarded(() => localStorage.getItem(PREFIX + variantOf(button))) : null;
    if (!at) return;
    const line = page.createElement('p');
    line.dataset.nmmRemembered = '';
    const date = new Date(at).toLocaleDateString(page.documentElement.lang || undefined, {
      dateStyle: 'long',
    });
    line.textContent = says.replace('{date}', date);
    box.append(line);
  };
  /** @param {any} button */
  const variantOf = (button) => /_(\d+)_[^_]+_[^_]+_[^_]+$/.exec(button.querySelector('a').href)?.[1] ?? '';

  const remindAll = () => {
    if (!isAllowed())
      guarded(() =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith(PREFIX))
          .forEach((key) => localStorage.removeItem(key)),
      );
    for (const button of page.nmm.buttons()) remind(button);
  };

  page.addEventListener('click', (/** @type {any} */ { target }) => {
    const button = target.closest?.('.nmm a')?.closest('notify-me-messenger');
    if (button && isAllowed())
      guarded(() => localStorage.setItem(PREFIX + variantOf(button), new Date().toISOString()));
  });
  page.addEventListener('visitorConsentCollected', remindAll);
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (/** @type {any} */ (target).matches('.nmm a'))
        remind(/** @type {any} */ (target).closest('notify-me-messenger'));
  }).observe(page, { subtree: true, attributeFilter: ['href'] });
  // Shopify brings its consent interface only when asked.
  if (shopify?.customerPrivacy || !shopify?.loadFeatures) remindAll();
  else shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], remindAll);
}
