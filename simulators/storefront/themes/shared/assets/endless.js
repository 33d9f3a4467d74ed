// A list without end, both ways: the next page is appended and the one before is put in front when its edge comes into sight.
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries)
    if (isIntersecting) void extend(target.closest('[data-grid]'), target);
});
const busy = new WeakSet();

async function extend(grid, edge) {
  const isFirst = edge === grid.firstElementChild;
  const page =
    Number(isFirst ? grid.dataset.page : (grid.dataset.last ?? grid.dataset.page)) + (isFirst ? -1 : 1);
  if (page < 1 || page > Number(grid.dataset.pages) || busy.has(grid)) return;
  busy.add(grid);
  const query = new URLSearchParams({ page, section_id: grid.dataset.grid });
  const html = await (await fetch(`${location.pathname}?${query}`)).text();
  const cards = new DOMParser().parseFromString(html, 'text/html').querySelectorAll('[data-grid] > *');
  if (isFirst) grid.prepend(...cards);
  else grid.append(...cards);
  if (isFirst) grid.dataset.page = page;
  else grid.dataset.last = page;
  busy.delete(grid);
  watch();
}

function watch() {
  seen.disconnect();
  for (const grid of document.querySelectorAll('[data-grid]'))
    for (const edge of [grid.firstElementChild, grid.lastElementChild]) if (edge) seen.observe(edge);
}
addEventListener('DOMContentLoaded', watch);
document.addEventListener('page:shown', watch);
