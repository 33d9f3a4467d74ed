// Visits without loading a page: what was shown is kept as it stood, the next page fades in, and a page seen before comes out of the cache.
const pages = new Map();
/** A page that is loaded again stands where it stood in the history. */
let shown = history.state?.visit ?? 0;
let last = shown;

/** As the libraries for such visits do it: the head of the new page is merged into ours, and its scripts run. */
function mergeHead(next) {
  const here = new Set([...document.head.children].map((node) => node.outerHTML));
  for (const node of next.head.children) {
    if (here.has(node.outerHTML) || node.matches('title,meta')) continue;
    if (node.localName !== 'script') {
      document.head.append(document.importNode(node, true));
      continue;
    }
    const script = document.createElement('script');
    for (const { name, value } of node.attributes) script.setAttribute(name, value);
    script.text = node.text;
    document.head.append(script);
  }
  document.title = next.title;
}

/** One visit after the other: a transition takes its picture later than it is asked for. */
let turn = Promise.resolve();
const visit = (next) => void (turn = turn.then(() => show(next)).catch(() => {}));

/** @param number of the visit, as `history.state` holds it */
async function show({ number, url }) {
  const main = document.querySelector('main');
  pages.set(shown, { nodes: [...main.childNodes], title: document.title });
  shown = number;
  let kept = pages.get(number);
  if (!kept) {
    const next = new DOMParser().parseFromString(await (await fetch(url)).text(), 'text/html');
    mergeHead(next);
    kept = { nodes: [...next.querySelector('main').childNodes], title: next.title };
  }
  document.title = kept.title;
  const transition = document.startViewTransition(() => main.replaceChildren(...kept.nodes));
  transition.ready.catch(() => {});
  await transition.updateCallbackDone;
  document.dispatchEvent(new Event('page:shown'));
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a.card-link');
  if (!link || event.metaKey || event.ctrlKey || link.closest('dialog')) return;
  event.preventDefault();
  history.pushState({ visit: (last += 1) }, '', link.href);
  visit({ number: last, url: link.href });
});
addEventListener('popstate', ({ state }) => visit({ number: state?.visit ?? 0, url: location.href }));
