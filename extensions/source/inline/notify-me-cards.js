// Waits for a product card that says "sold out", however it came into the page, and fetches the script that links such cards.
// `npm run build:extension` writes this into ../../notify-me/snippets/notify-me-cards.liquid: all that a page without such a card gets.
{
  const page = document;
  /** nmm: the linking script; words: how themes say "sold out"; sold: handles of products that Liquid saw sold out.
   * @type {any} */
  const data = /** @type {any} */ (page.currentScript).dataset;
  const look = () => {
    due = 0;
    let left = 9;
    for (const link of /** @type {any} */ (page.links)) {
      const path = link.pathname;
      // Each link is looked at once, and again when it leads elsewhere.
      const isNew = link.nmm !== (link.nmm = path);
      if (!isNew || !/\/products\//.test(path) || path === location.pathname) continue;
      // The script judges closely; here a line that ends in the word is enough.
      if (
        data.nmmSold?.includes(path.split('/').pop()) ||
        RegExp(`(^|\\s)(${data.nmmWords})\\W*$`, 'im').test(
          (link.closest('li,article') ?? link.parentNode.parentNode.parentNode).innerText,
        )
      )
        return (observer.disconnect(), import(data.nmm));
      // What is left waits for a task of its own, so that none is felt.
      if (!--left) return (due = setTimeout(look));
    }
  };
  const observer = new MutationObserver(() => (due ||= setTimeout(look, 99)));
  observer.observe(page, { subtree: true, childList: true });
  let due = setTimeout(look, 99);
}
