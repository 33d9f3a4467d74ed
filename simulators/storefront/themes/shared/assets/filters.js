// Filters and sorting by section rendering: the list is fetched as a section, and put into the page by innerHTML.
document.addEventListener('change', async (event) => {
  const form = event.target.closest?.('[data-filters]');
  if (!form) return;
  const query = new URLSearchParams(new FormData(form));
  history.replaceState({}, '', `${location.pathname}?${query}`);
  query.set('section_id', form.dataset.filters);
  const html = await (await fetch(`${location.pathname}?${query}`)).text();
  const next = new DOMParser().parseFromString(html, 'text/html').querySelector('.shopify-section');
  const section = document.getElementById(next.id);
  section.innerHTML = next.innerHTML;
});
