// The admin's page of one product, with our block on it: the extension's own source, bundled as Shopify would, in a frame of another origin.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Store } from '../shopify/store.ts';
import { escape, page } from './page.ts';

const extension = new URL('../../extensions/product-waitlist/', import.meta.url);
const host = readFileSync(new URL('./block-host.js', import.meta.url), 'utf8');

/** Rough looks for the elements that the block uses; Shopify's own come from a place that cannot be reached from here. */
const looks = `
  html { font: 14px/1.45 Inter, system-ui, sans-serif; color: #303030; } body { margin: 0; }
  s-admin-block { display: block; background: #fff; border-radius: 12px; padding: 16px; box-shadow: inset 0 0 0 1px #e3e3e3; }
  s-admin-block::before { content: attr(heading); display: block; font-weight: 600; margin-bottom: 10px; }
  s-stack { display: flex; flex-direction: column; gap: 12px; } s-stack[direction=inline] { flex-flow: row wrap; align-items: center; }
  s-text[color=subdued] { color: #616161; } s-text[type=strong] { font-weight: 600; }
  s-table { display: table; width: 100%; border-collapse: collapse; } s-table-header-row, s-table-row { display: table-row; } s-table-body { display: table-row-group; }
  s-table-header, s-table-cell { display: table-cell; padding: 7px 8px; border-bottom: 1px solid #ebebeb; text-align: left; } s-table-header { color: #616161; font-weight: 600; font-size: 12px; }
  s-link { color: #005bd3; cursor: pointer; } s-badge { background: #e3e3e3; border-radius: 8px; padding: 2px 8px; font-size: 12px; white-space: nowrap; }
  s-badge[tone=success] { background: #affebf; } s-badge[tone=warning] { background: #ffd6a4; } s-badge[tone=caution] { background: #fff1a8; }
  s-banner { display: block; background: #ffd6a4; border-radius: 8px; padding: 8px 12px; }
  s-button { align-self: start; border: 1px solid #c9c9c9; border-radius: 8px; padding: 4px 12px; cursor: pointer; }
  s-spinner { width: 16px; height: 16px; border-radius: 50%; border: 2px solid #c9c9c9; border-top-color: #303030; }
`;

/** The extension's one script, as `shopify app build` makes it: Shopify is handed the module's default export. */
export async function blockScript(): Promise<string> {
  const made = await build({
    stdin: {
      contents: `import show from './src/block.tsx'; shopify.extend('admin.product-details.block.render', () => show());`,
      resolveDir: fileURLToPath(extension),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
  return made.outputFiles[0]!.text;
}

const wordsIn = (locale: string): unknown => {
  const name = locale.toLowerCase().startsWith('es') ? 'es.json' : 'en.default.json';
  return JSON.parse(readFileSync(new URL(`locales/${name}`, extension), 'utf8'));
};

/** As text inside a script: no tag may end it. */
const literal = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

export function productPage({
  store,
  domain,
  productId,
  locale,
  nav,
  apiKey,
  appUrl,
}: {
  store: Store;
  domain: string;
  productId: bigint;
  locale: string;
  nav: string;
  apiKey: string;
  /** The app's origin. */
  appUrl: string;
}): string | null {
  const product = store.shop(domain).products.get(productId);
  if (!product) return null;
  const base = `/store/${domain.split('.')[0]}`;
  const given = { app: appUrl, productId: String(productId), locale, words: wordsIn(locale) };
  const frame = `<!doctype html><html lang="${escape(locale)}"><head><meta charset="utf-8"><title>Block</title><style>${looks}</style></head><body>
    <script>window.given = ${literal(given)};</script><script>${host}</script><script src="${base}/products/block.js"></script></body></html>`;
  return page({
    title: product.title,
    body: `${nav}<h1>${escape(product.title)} <small>${escape(product.status)}</small></h1>
      <p class="quiet">${product.variantIds.length} variants</p>
      <iframe title="Block" sandbox="allow-scripts" style="border:0;width:100%;max-width:680px;height:160px" srcdoc="${escape(frame)}"></iframe>
      <script>
        const frame = document.querySelector('iframe');
        addEventListener('message', async ({ source, data, ports }) => {
          if (source !== frame.contentWindow || data?.block !== 1) return;
          const answers = {
            idToken: async () => (await (await fetch('${base}/session-token')).json()).token,
            height: () => void (frame.style.height = data.detail + 'px'),
            open: (path) => void (location.href = '${base}/apps/${apiKey}/' + path),
          };
          ports[0].postMessage(await answers[data.kind]?.(data.detail));
        });
      </script>`,
  });
}
