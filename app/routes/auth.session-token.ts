// Where Shopify's library sends a page without a session token, so that App Bridge fetches one.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { env } from '../env.server.ts';
import { APP_BRIDGE, type LoadContext } from '../security-headers.ts';

/** Nothing of the query stands in it: App Bridge itself reads `shopify-reload`. */
export function loader({ context }: LoaderFunctionArgs) {
  const { nonce = '' } = context as LoadContext;
  return new Response(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>One moment</title>
<meta name="shopify-api-key" content="${env.SHOPIFY_API_KEY}"><script src="${APP_BRIDGE}" nonce="${nonce}"></script></head><body></body></html>`,
    { headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } },
  );
}
