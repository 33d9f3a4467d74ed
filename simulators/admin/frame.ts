// The frame around the embedded app: menu, title bar, toast and save bar, and the admin's half of App Bridge.
import { escape } from './page.ts';

type Frame = {
  shopName: string;
  name: string;
  appName: string;
  apiKey: string;
  src: string;
  appOrigin: string;
};

const style = `
  :root { font: 14px/1.4 Inter, system-ui, sans-serif; color: #303030; } * { box-sizing: border-box; }
  body { margin: 0; height: 100vh; display: grid; grid-template: 44px 1fr / auto 1fr; background: #1a1a1a; overflow: hidden; }
  header { grid-column: 1 / 3; color: #e3e3e3; display: flex; align-items: center; gap: 10px; padding: 0 16px; }
  nav { background: #ebebeb; padding: 12px 8px; width: 190px; border-radius: 12px 0 0 0; overflow: auto; } nav a { display: block; padding: 5px 10px; border-radius: 8px; color: inherit; text-decoration: none; }
  nav a:hover, nav a[aria-current] { background: #fff; font-weight: 600; } nav .app { margin-top: 10px; font-weight: 600; } nav .sub { padding-left: 22px; }
  main { background: #f1f1f1; display: flex; flex-direction: column; border-radius: 0 12px 0 0; overflow: hidden; position: relative; min-width: 0; }
  #title { display: flex; align-items: center; gap: 8px; padding: 9px 16px; background: #fff; border-bottom: 1px solid #e3e3e3; font-weight: 600; min-height: 44px; } #title span { flex: 1; white-space: nowrap; }
  button { font: inherit; border: 1px solid #c9c9c9; background: #fff; border-radius: 8px; padding: 4px 12px; cursor: pointer; } button.primary { background: #303030; color: #fff; }
  iframe { flex: 1; border: 0; width: 100%; }
  #toast { position: absolute; bottom: 18px; left: 50%; translate: -50% 0; background: #1a1a1a; color: #fff; padding: 8px 14px; border-radius: 8px; } #toast[data-error] { background: #8e1f0b; } #toast:empty { display: none; }
  #saveBar { display: none; grid-column: 1 / 3; position: absolute; inset: 4px 25% auto; background: #303030; color: #fff; padding: 4px 10px; border-radius: 10px; gap: 8px; align-items: center; } #saveBar[data-open] { display: flex; } #saveBar span { flex: 1; }
  dialog { border: 0; border-radius: 12px; padding: 20px 24px; max-width: 420px; } dialog h2 { margin: 0 0 8px; font-size: 16px; } dialog::backdrop { background: #0008; }
  @media (max-width: 700px) { body { grid-template-columns: 1fr; } header { grid-column: 1; } nav { width: auto; border-radius: 0; display: flex; overflow-x: auto; padding: 4px; grid-row: 2; } nav a { white-space: nowrap; } nav .app { margin: 0; } nav .sub { padding-left: 10px; } #items { display: contents; } body { grid-template-rows: 44px auto 1fr; } main { grid-row: 3; border-radius: 0; } }
`;

/** The admin's half of the protocol in app-bridge.js: one window, one origin, both ways. */
const half = ({ name, appName, apiKey, appOrigin }: Frame) => `
  const APP = ${JSON.stringify(appOrigin)}, BASE = ${JSON.stringify(`/store/${name}`)}, APPS = BASE + '/apps/' + ${JSON.stringify(apiKey)};
  const frame = document.querySelector('iframe');
  const $ = (id) => document.getElementById(id);
  const tell = (kind, detail) => frame.contentWindow.postMessage({ bridge: 1, kind, detail }, APP);
  const press = (element, index) => tell('press', { element, index });
  const changeScopes = (change) => fetch(BASE + '/scopes', { method: 'POST', body: JSON.stringify(change) }).then((r) => r.json());
  let hideToast, bar;
  const answers = {
    idToken: () => fetch(BASE + '/session-token').then((r) => r.json()).then((r) => r.token),
    extensions: () => fetch(BASE + '/extensions').then((r) => r.json()),
    scopes: () => fetch(BASE + '/scopes').then((r) => r.json()),
    scopesRequest: async ({ scopes }) => {
      const { granted, optional } = await answers.scopes();
      const strange = scopes.filter((each) => !optional.includes(each));
      if (strange.length > 0) throw new Error('not declared as optional: ' + strange.join(', '));
      if (scopes.every((each) => granted.includes(each))) return { result: 'granted-all', detail: await answers.scopes() };
      $('asked').textContent = scopes.join(', ');
      const yes = await new Promise((resolve) => { $('consent').onclose = () => resolve($('consent').returnValue === 'yes'); $('consent').returnValue = ''; $('consent').showModal(); });
      const detail = yes ? await changeScopes({ grant: scopes }) : await answers.scopes();
      return { result: yes ? 'granted-all' : 'declined-all', detail };
    },
    scopesRevoke: async ({ scopes }) => ({ detail: await changeScopes({ revoke: scopes }) }),
    user: async () => ({ accountAccess: 'full' }),
    leaveConfirmation: async () => { if (bar) throw new Error('unsaved changes'); },
  };
  const tells = {
    state({ title, buttons, nav, path }) {
      $('heading').textContent = title || ${JSON.stringify(appName)};
      $('buttons').replaceChildren(...buttons.map(({ text, primary }, index) => { const b = document.createElement('button'); b.textContent = text; if (primary) b.className = 'primary'; b.onclick = () => press('ui-title-bar', index); return b; }));
      if (nav) $('items').replaceChildren(...nav.map(({ text, href }) => { const a = document.createElement('a'); a.textContent = text; a.className = 'sub'; a.href = APPS + href; if (path.split('?')[0] === href) a.setAttribute('aria-current', 'page'); a.onclick = (e) => { e.preventDefault(); tell('navigate', { href }); }; return a; }));
      const clean = new URL(path, APP); for (const key of ['embedded', 'hmac', 'host', 'id_token', 'locale', 'session', 'shop', 'timestamp', 'shopify-reload']) clean.searchParams.delete(key);
      if (clean.pathname.startsWith('/app')) history.replaceState(null, '', APPS + clean.pathname + clean.search);
    },
    toast({ message, isError }) { clearTimeout(hideToast); $('toast').textContent = message ?? ''; $('toast').toggleAttribute('data-error', !!isError); hideToast = setTimeout(() => { $('toast').textContent = ''; }, 5000); },
    loading() {},
    saveBar({ open, id }) { bar = open ? id : undefined; $('saveBar').toggleAttribute('data-open', open); },
    open({ url }) { const target = url.startsWith('shopify://admin') ? BASE + url.slice('shopify://admin'.length) : url; if (target.startsWith(BASE)) location.href = target; else window.open(target, '_blank', 'noopener'); },
  };
  addEventListener('message', async (event) => {
    if (event.source !== frame.contentWindow || event.origin !== APP || event.data?.bridge !== 1) return;
    const { kind, detail } = event.data;
    if (kind in tells) return tells[kind](detail);
    try { tell('reply', { id: detail.id, value: await answers[kind](detail) }); } catch (error) { tell('reply', { id: detail.id, error: String(error?.message ?? error) }); }
  });
  // By convention of ui-save-bar its first button saves and its second discards.
  $('save').onclick = () => press('#' + CSS.escape(bar), 0);
  $('discard').onclick = () => press('#' + CSS.escape(bar), 1);
`;

export const frame = (
  given: Frame,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(given.appName)} · ${escape(given.shopName)}</title><style>${style}</style></head><body>
<header><strong>${escape(given.shopName)}</strong> <span>admin (simulator)</span></header>
<nav aria-label="Admin"><a href="/store/${given.name}/products">Products</a><a href="/store/${given.name}/orders">Orders</a><a class="app" href="/store/${given.name}/apps/${given.apiKey}">${escape(given.appName)}</a><div id="items"></div></nav>
<main><div id="title"><span id="heading">${escape(given.appName)}</span><div id="buttons"></div></div>
<iframe title="${escape(given.appName)}" src="${escape(given.src)}" allow="clipboard-write"></iframe>
<div id="toast" role="status"></div></main>
<dialog id="consent" aria-labelledby="consentTitle"><form method="dialog"><h2 id="consentTitle">${escape(given.appName)} asks for more access</h2><p>To read: <b id="asked"></b></p><button value="no">Cancel</button> <button value="yes" class="primary">Allow</button></form></dialog>
<div id="saveBar"><span>Unsaved changes</span><button id="discard">Discard</button><button id="save" class="primary">Save</button></div>
<script>${half(given)}</script></body></html>`;
