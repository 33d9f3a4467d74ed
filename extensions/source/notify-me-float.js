// The floating button: keeps clear of what else is fixed to the window, and lets nobody press it instead of a field beneath it.
// `npm run build:extension` turns this file into ../notify-me/assets/notify-me-float.js.
{
  const page = /** @type {any} */ (document);
  const GAP = 8;
  let due = 0;

  /** What lies beneath the button, at points a finger apart. @param {DOMRect} box @param {any} button */
  const beneath = (box, button) => {
    /** @type {Set<any>} */
    const found = new Set();
    for (let x = box.left + 1; x < box.right + 23; x += 24)
      for (let y = box.top + 1; y < box.bottom + 23; y += 24)
        for (const node of page.elementsFromPoint(Math.min(x, box.right - 1), Math.min(y, box.bottom - 1)))
          if (!button.contains(node)) found.add(node);
    return [...found];
  };

  /** @param {any} node the element that is fixed to the window, if `node` is within one */
  const fixedAround = (node) => {
    for (let at = node; at && at !== page.body; at = at.parentElement)
      if (/fixed|sticky/.test(getComputedStyle(at).position)) return at;
    return null;
  };

  const settle = () => {
    due = 0;
    for (const button of page.querySelectorAll('.nmm-f')) {
      // A theme's button may have no ground of its own; here the page lies beneath.
      const ground = getComputedStyle(page.body).backgroundColor;
      button.style.setProperty('--nmm-ground', /, 0\)$/.test(ground) ? 'Canvas' : ground);
      button.style.setProperty('--nmm-up', '0px');
      let up = 0;
      // Above what is fixed there: chat bubbles, cookie bars, a theme's own bar. Each step finds what stands above the last.
      for (let step = 0; step < 4; step += 1) {
        const box = button.getBoundingClientRect();
        const tops = beneath(box, button).flatMap((node) => fixedAround(node)?.getBoundingClientRect() ?? []);
        // What covers half the window is a dialog, and the button may well lie under it.
        const obstacles = tops.filter(({ height }) => height < innerHeight / 2).map(({ top }) => top);
        if (obstacles.length === 0) break;
        up += box.bottom - Math.min(...obstacles) + GAP;
        button.style.setProperty('--nmm-up', `${up}px`);
      }
      const field = beneath(button.getBoundingClientRect(), button).some(
        (node) => node.matches('input,select,textarea,button,label') && !fixedAround(node),
      );
      button.classList.toggle('nmm-away', field);
    }
  };
  const later = () => (due ||= requestAnimationFrame(settle));

  for (const type of ['scroll', 'resize', 'load']) addEventListener(type, later, { passive: true });
  // Bubbles and bars come late and without a sign but themselves.
  new MutationObserver(later).observe(page.body, { childList: true });
  new MutationObserver(later).observe(page.body, { subtree: true, attributeFilter: ['hidden'] });
  later();
}
