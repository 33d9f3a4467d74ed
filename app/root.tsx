// The document around every page: App Bridge comes first in its head, as Shopify demands.
import { json } from '@remix-run/node';
import { Links, Meta, Outlet, Scripts, useLoaderData, useRouteLoaderData } from '@remix-run/react';
import { type ReactNode, useContext } from 'react';
import { env } from './env.server.ts';
import { APP_BRIDGE, Nonce } from './security-headers.ts';

export const loader = () => json({ apiKey: env.SHOPIFY_API_KEY });

export function Layout({ children }: { children: ReactNode }) {
  const apiKey = useRouteLoaderData<typeof loader>('root')?.apiKey ?? '';
  const nonce = useContext(Nonce);
  return (
    <html lang="en">
      <head>
        <meta name="shopify-api-key" content={apiKey} />
        <script src={APP_BRIDGE} nonce={nonce} />
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <link rel="icon" href="data:," />
        <title>Notify me on Messenger</title>
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function Root() {
  useLoaderData<typeof loader>();
  return <Outlet />;
}

/** Reached only where no page could answer: the admin's pages have their own. */
export function ErrorBoundary() {
  return (
    <main style={{ fontFamily: 'sans-serif', padding: '2rem' }}>
      <h1>This page could not be shown</h1>
      <p>Open the app again from your Shopify admin. Nothing was lost.</p>
    </main>
  );
}
