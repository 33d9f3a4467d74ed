// A theme of the old kind: it sets the hidden list of variants from script, and neither an event nor an attribute tells of it.
document.addEventListener('DOMContentLoaded', () => {
  const list = document.querySelector('select[name="id"]');
  const choices = [...document.querySelectorAll('[data-option]')];
  if (!list || choices.length === 0) return;
  const words = JSON.parse(document.querySelector('[data-words]').textContent);
  const button = document.querySelector('[data-part="add"]');
  const pick = () => {
    const wanted = JSON.stringify(choices.map((choice) => choice.value));
    const option = [...list.options].find((each) => each.dataset.options === wanted);
    list.value = option?.value ?? '';
    const available = option?.dataset.available === 'true';
    button.disabled = !available;
    button.textContent = available ? words.add : option ? words.sold : words.none;
    document.querySelector('[data-part="price"] .badge')?.remove();
  };
  for (const choice of choices) choice.addEventListener('change', pick);
});
