// The security headers of every response: who may frame a page, which scripts may run (by a nonce), and HTTPS only.
import { createContext } from 'react';
import { shopDomain } from './shopify/product.ts';

export const APP_BRIDGE = 'https://cdn.shopify.com/shopifycloud/app-bridge.js';

/** Only what belongs to the embedded admin may stand in a frame, and only in that of the shop which its address names. */
function frameAncestors({ pathname, searchParams }: URL): string {
  const shop = isAdmin(pathname) ? shopDomain(searchParams.get('shop')) : null;
  return shop === null ? "'none'" : `https://${shop} https://admin.shopify.com`;
}

const isAdmin = (pathname: string) => /^\/(app|auth)(\/|$)/.test(pathname);

/**
 * The policy of an HTML response. A script needs the response's own nonce; `'self'` and App Bridge's address let Remix and the `Link`
 * header load ahead, which carry no nonce. Pages outside the admin load nothing at all.
 */
function contentSecurityPolicy({ url, nonce }: { url: URL; nonce: string }): string {
  const scripts = `script-src 'nonce-${nonce}' 'self' ${APP_BRIDGE}`;
  const outside = ["default-src 'none'", "style-src 'unsafe-inline'", "form-action 'self'"];
  return [
    `frame-ancestors ${frameAncestors(url)}`,
    scripts,
    "base-uri 'none'",
    "object-src 'none'",
    ...(isAdmin(url.pathname) ? [] : outside),
  ].join('; ');
}

/** What a response must carry, whatever was set on the way; an empty value: the header must be absent. */
export function securityHeaders({
  url,
  nonce,
  isHtml,
}: {
  url: URL;
  nonce: string;
  isHtml: boolean;
}): Record<string, string> {
  return {
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': isHtml ? contentSecurityPolicy({ url, nonce }) : '',
  };
}

export const Nonce = createContext<string | undefined>(undefined);

/** What the web process tells every route of its response. */
export type LoadContext = { nonce?: string };
