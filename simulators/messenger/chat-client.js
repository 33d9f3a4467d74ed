// In the shopper's phone: keeps the conversation in step with the simulator, carries taps to it, and rings.
const { person, page, links } = document.documentElement.dataset;
const phone = document.querySelector('.phone');
const main = document.querySelector('main');
const foot = document.querySelector('.foot');
const banner = document.querySelector('.banner');
let unread = 0;
let title = document.title;
let quiet;

const tellParent = (message) => {
  if (window.parent !== window) window.parent.postMessage(message, '*');
};

async function act(verb, fields = {}) {
  const body = new URLSearchParams({ person, ...(page ? { page } : {}), ...fields });
  const response = await fetch(`chat/${verb}`, { method: 'POST', body });
  return response.status === 200 ? response.json() : null;
}

// Bubbles that did not change keep their element, so that focus and animation survive a new message.
function show(html) {
  const next = document.createElement('div');
  next.innerHTML = html;
  const fresh = next.querySelector('.log');
  const log = main.querySelector('.log');
  if (!fresh || !log || fresh.dataset.page !== log.dataset.page) {
    main.innerHTML = html;
    return;
  }
  const known = new Map([...log.children].map((child) => [child.dataset.key, child]));
  log.replaceChildren(
    ...[...fresh.children].map((child) => {
      const old = known.get(child.dataset.key);
      return old?.dataset.seen === child.dataset.seen ? old : child;
    }),
  );
}

function ring({ from, text }) {
  banner.querySelector('b').textContent = from;
  banner.querySelector('span').textContent = text;
  phone.classList.remove('ringing');
  void phone.offsetWidth;
  phone.classList.add('ringing');
  clearTimeout(quiet);
  quiet = setTimeout(() => phone.classList.remove('ringing'), 3500);
  unread += 1;
  document.title = `(${unread}) ${title}`;
  tellParent({ type: 'messenger:ring', from, text });
}

const stream = new EventSource(`chat/events?${new URLSearchParams({ person, ...(page ? { page } : {}) })}`);
stream.addEventListener('thread', (event) => {
  const view = JSON.parse(event.data);
  const writing = document.activeElement?.name === 'text' ? document.activeElement.value : null;
  show(view.log);
  document.querySelector('header').innerHTML = view.header;
  if (foot.dataset.seen !== view.footSeen) {
    foot.innerHTML = view.foot;
    foot.dataset.seen = view.footSeen;
    if (writing !== null) foot.querySelector('input')?.focus();
  }
  title = view.title;
  document.title = unread > 0 ? `(${unread}) ${title}` : title;
  main.scrollTop = main.scrollHeight;
  if (view.ring) {
    ring(view.ring);
    if (document.visibilityState === 'visible') void act('read');
  }
});

document.addEventListener('click', async (event) => {
  unread = 0;
  document.title = title;
  const link = event.target.closest('a[data-web-url]');
  if (link) {
    tellParent({
      type: 'messenger:open-url',
      url: link.href,
      mid: link.dataset.mid,
      title: link.textContent,
    });
    if (links === 'parent') event.preventDefault();
    if (link.dataset.mid) void act('button', { mid: link.dataset.mid, title: link.dataset.title ?? '' });
    return;
  }
  const button = event.target.closest('button[data-verb]');
  if (!button) return;
  const { verb, ...fields } = button.dataset;
  await act(verb, fields);
});

document.addEventListener('submit', (event) => {
  event.preventDefault();
  const field = event.target.elements.text;
  const text = field.value.trim();
  field.value = '';
  if (text !== '') void act('write', { text });
});
