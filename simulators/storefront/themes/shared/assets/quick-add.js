// Quick add: shows a product's section in a dialog. Scripts in swapped HTML do not run by themselves, so they are made anew.
document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-quick-add]');
  if (!button) return;
  const url = button.dataset.quickAdd;
  const page = new DOMParser().parseFromString(await (await fetch(url)).text(), 'text/html');
  const dialog = document.createElement('dialog');
  dialog.className = 'quick-dialog';
  dialog.setAttribute('aria-label', button.getAttribute('aria-label'));
  const close = document.createElement('button');
  close.className = 'quick-close';
  close.textContent = '×';
  close.setAttribute('aria-label', 'Close');
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  const content = page.querySelector('product-info');
  // Ids and names of the page below must not meet those of the dialog.
  content.innerHTML = content.innerHTML.replaceAll(
    content.dataset.section,
    `quick-${content.dataset.section}`,
  );
  dialog.append(close, content);
  for (const old of dialog.querySelectorAll('script[src]')) {
    const script = document.createElement('script');
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    old.replaceWith(script);
  }
  document.body.append(dialog);
  dialog.showModal();
});
