// A simulator for App Bridge (the real one is served by Shopify's CDN alone): the surface our app uses, over a protocol of its own.
// Every message goes to one origin and is taken from one origin and one window. What is not here throws by name.
(() => {
  const ADMIN = 'https://admin.shopify.com';
  const params = new URLSearchParams(location.search);
  const apiKey =
    document.querySelector('meta[name="shopify-api-key"]')?.getAttribute('content') ??
    document.currentScript?.dataset.apiKey ??
    '';
  if (!apiKey) throw new Error('App Bridge: no API key: add <meta name="shopify-api-key">');
  const framed = window.parent !== window;

  let count = 0;
  const waiting = new Map();
  const tell = (kind, detail = {}) => window.parent.postMessage({ bridge: 1, kind, detail }, ADMIN);
  const ask = (kind, detail = {}) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, { resolve, reject });
      tell(kind, { ...detail, id });
    });

  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== ADMIN || event.data?.bridge !== 1) return;
    const { kind, detail } = event.data;
    if (kind === 'reply') {
      const caller = waiting.get(detail.id);
      waiting.delete(detail.id);
      if (detail.error) caller?.reject(new Error(detail.error));
      else caller?.resolve(detail.value);
    } else if (kind === 'navigate') follow(detail.href);
    else if (kind === 'press') pressed(detail);
  });

  /** The admin's navigation menu asks the app to go somewhere itself. */
  function follow(href) {
    const link = document.createElement('a');
    link.setAttribute('href', href);
    document.body.append(link);
    link.dispatchEvent(new CustomEvent('shopify:navigate', { bubbles: true, cancelable: true }));
    link.remove();
  }

  function pressed({ element, index }) {
    document.querySelector(element)?.querySelectorAll('button, a')[index]?.click();
  }

  const missing = (name) => () => {
    throw new Error(`App Bridge simulator: ${name} is not implemented`);
  };
  const query = (name) => params.get(name) ?? undefined;

  window.shopify = {
    config: {
      apiKey,
      shop: query('shop') ?? sessionShop(),
      host: query('host'),
      locale: query('locale') ?? 'en',
    },
    environment: { embedded: framed, mobile: false, pos: false },
    ready: Promise.resolve(),
    idToken: () => ask('idToken'),
    toast: {
      show: (message, options = {}) => (
        tell('toast', { message, isError: options.isError === true }),
        String(++count)
      ),
      hide: () => tell('toast', {}),
    },
    loading: (on) => tell('loading', { on: on !== false }),
    saveBar: {
      show: (id) => bar(id, true),
      hide: (id) => bar(id, false),
      toggle: (id) => bar(id, !document.getElementById(id)?.open),
      leaveConfirmation: () => ask('leaveConfirmation'),
    },
    app: { extensions: () => ask('extensions') },
    scopes: {
      query: () => ask('scopes'),
      request: (scopes) => ask('scopesRequest', { scopes }),
      revoke: (scopes) => ask('scopesRevoke', { scopes }),
    },
    user: () => ask('user'),
    modal: { show: missing('modal.show'), hide: missing('modal.hide'), toggle: missing('modal.toggle') },
    resourcePicker: missing('resourcePicker'),
    picker: missing('picker'),
    scanner: { capture: missing('scanner.capture') },
    intents: { invoke: missing('intents.invoke') },
  };

  function sessionShop() {
    return undefined;
  }

  async function bar(id, open) {
    const element = document.getElementById(id);
    if (!element) throw new Error(`App Bridge: no save bar with id ${id}`);
    await (open ? element.show() : element.hide());
  }

  // Requests to the app itself carry the session token; a token that was refused is replaced once.
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).origin !== location.origin) return plainFetch(request);
    const attempt = async () => {
      const headers = new Headers(request.headers);
      headers.set('Authorization', `Bearer ${await window.shopify.idToken()}`);
      headers.set('X-Requested-With', 'XMLHttpRequest');
      return plainFetch(new Request(request.clone(), { headers }));
    };
    let response = await attempt();
    if (response.status === 401 && response.headers.get('X-Shopify-Retry-Invalid-Session-Request'))
      response = await attempt();
    const elsewhere = response.headers.get('X-Shopify-API-Request-Failure-Reauthorize-Url');
    if (elsewhere) tell('open', { url: new URL(elsewhere, location.href).href, target: '_top' });
    return response;
  };

  const plainOpen = window.open.bind(window);
  window.open = (url, target, features) => {
    const href = String(url ?? '');
    if (framed && (href.startsWith('shopify:') || target === '_top' || target === '_parent')) {
      tell('open', {
        url: href.startsWith('shopify:') ? href : new URL(href, location.href).href,
        target: '_top',
      });
      return null;
    }
    return plainOpen(url, target, features);
  };
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="shopify:"]') : null;
    if (!link) return;
    event.preventDefault();
    tell('open', { url: link.getAttribute('href'), target: '_top' });
  });

  class SaveBar extends HTMLElement {
    open = false;
    connectedCallback() {
      this.style.display = 'none';
    }
    async show() {
      this.open = true;
      tell('saveBar', { open: true, id: this.id });
      this.dispatchEvent(new CustomEvent('show'));
    }
    async hide() {
      this.open = false;
      tell('saveBar', { open: false, id: this.id });
      this.dispatchEvent(new CustomEvent('hide'));
    }
    async toggle() {
      await (this.open ? this.hide() : this.show());
    }
    get showing() {
      return this.open;
    }
    disconnectedCallback() {
      if (this.open) tell('saveBar', { open: false, id: this.id });
    }
  }
  class Unseen extends HTMLElement {
    connectedCallback() {
      this.style.display = 'none';
      describe();
    }
    disconnectedCallback() {
      describe();
    }
  }
  customElements.define('ui-save-bar', SaveBar);
  for (const name of ['ui-title-bar', 'ui-nav-menu', 's-app-nav'])
    customElements.define(name, class extends Unseen {});

  let told = '';
  function describe() {
    const bar = document.querySelector('ui-title-bar');
    const nav = document.querySelector('ui-nav-menu, s-app-nav');
    const state = {
      title: bar?.getAttribute('title') ?? document.title,
      buttons: [...(bar?.querySelectorAll('button, a') ?? [])].map((each) => ({
        text: each.textContent?.trim() ?? '',
        primary: each.getAttribute('variant') === 'primary',
      })),
      nav:
        nav &&
        [...nav.querySelectorAll('a')]
          .filter((each) => each.getAttribute('rel') !== 'home')
          .map((each) => ({ text: each.textContent?.trim() ?? '', href: each.getAttribute('href') })),
      path: location.pathname + location.search,
    };
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    if (framed) tell('state', state);
  }
  new MutationObserver(describe).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
  for (const name of ['pushState', 'replaceState']) {
    const plain = history[name].bind(history);
    history[name] = (...given) => (plain(...given), describe());
  }
  window.addEventListener('popstate', describe);

  // The page that asks for a token before it can be served: comes back with one.
  const reload = params.get('shopify-reload');
  if (reload && framed) {
    void window.shopify.idToken().then((token) => {
      const target = new URL(reload, location.href);
      target.searchParams.set('id_token', token);
      location.replace(target);
    });
  } else if (
    !framed &&
    params.get('shop') &&
    params.get('embedded') !== '1' &&
    location.pathname.startsWith('/app')
  ) {
    location.replace(`${ADMIN}/store/${params.get('shop').split('.')[0]}/apps/${apiKey}${location.pathname}`);
  }
  describe();
})();
