// The demo's one page: storefront, the shopper's phone and the merchant's admin side by side, to try by hand.
import { escape } from '../admin/page.ts';

const style = `
  :root { font: 15px/1.45 Inter, system-ui, sans-serif; color: #1f2328; background: #e9e6df; } * { box-sizing: border-box; }
  body { margin: 0; height: 100vh; display: grid; grid-template: auto 1fr / minmax(380px, 1fr) 390px minmax(420px, 1.2fr); gap: 0 14px; padding: 0 14px 14px; }
  header { grid-column: 1 / 4; padding: 12px 2px 8px; } h1 { font-size: 17px; margin: 0; } ol { margin: 4px 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; counter-reset: step; color: #59636e; }
  li { counter-increment: step; } li::before { content: counter(step) "  "; font-weight: 700; color: #0866ff; }
  section { display: flex; flex-direction: column; min-height: 0; } h2 { font-size: 13px; margin: 0 0 6px; color: #59636e; font-weight: 600; display: flex; } h2 a { margin-left: auto; color: inherit; font-weight: 400; }
  iframe { flex: 1; width: 100%; border: 0; border-radius: 14px; background: #fff; box-shadow: 0 1px 3px #0003; } .rings iframe { outline: 3px solid #0866ff; }
  @media (max-width: 1100px) { body { grid-template: auto / 1fr; height: auto; grid-auto-rows: 90vh; } header { grid-column: 1; } }
`;

/** Origins as the browser of this page knows them. */
type Panes = {
  shop: string;
  chat: string;
  admin: string;
  shopper: { id: string; name: string };
  soldOut: string;
  apiKey: string;
  store: string;
};

const script = ({ chat, shopper }: Panes) => `
  const shop = document.getElementById('shop'), phone = document.getElementById('phone');
  const open = (link) => { phone.src = ${JSON.stringify(chat)} + '/chat?links=parent&person=${shopper.id}&open=' + encodeURIComponent(link); };
  addEventListener('message', ({ data }) => {
    if (data?.type === 'storefront:messenger-link') open(data.url);
    if (data?.type === 'messenger:open-url') shop.src = data.url;
    if (data?.type === 'messenger:ring') { phone.parentElement.classList.add('rings'); setTimeout(() => phone.parentElement.classList.remove('rings'), 2500); }
  });
`;

export const demoPage = (
  panes: Panes,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Notify me on Messenger: the demo</title><style>${style}</style></head><body>
<header><h1>Notify me on Messenger</h1><ol><li>In the shop, pick a sold-out size.</li><li>Press <b>Notify me on Messenger</b>.</li><li>On the phone, tap <b>Get Started</b>, then <b>Notify Me</b>.</li><li>In the admin, under Products, set the inventory of that size above 0.</li><li>Ten seconds later (the send delay) the alert arrives. Tap <b>Buy</b>.</li><li>Check out. If sales attribution is on, the order appears on the app's Home.</li></ol></header>
<section><h2>The storefront <a href="${escape(panes.shop + panes.soldOut)}" target="_blank">open alone</a></h2><iframe id="shop" title="Storefront" src="${escape(panes.shop + panes.soldOut)}"></iframe></section>
<section><h2>${escape(panes.shopper.name)}'s phone</h2><iframe id="phone" title="Phone" src="${escape(`${panes.chat}/chat?links=parent&person=${panes.shopper.id}`)}"></iframe></section>
<section><h2>The merchant's admin <a href="${escape(`${panes.admin}/store/${panes.store}/apps/${panes.apiKey}`)}" target="_blank">open alone</a></h2><iframe id="admin" title="Admin" src="${escape(`${panes.admin}/store/${panes.store}/products`)}"></iframe></section>
<script>${script(panes)}</script></body></html>`;

/** Put into storefront pages by the gateway: inside the demo's frame, a Messenger link opens on the phone beside it. */
export const storefrontLink = (messengerLinks: string): string => `<script>
  if (window.parent !== window) document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^=${JSON.stringify(messengerLinks)}]');
    if (!link) return;
    event.preventDefault();
    window.parent.postMessage({ type: 'storefront:messenger-link', url: link.href }, '*');
  }, true);
</script>`;
