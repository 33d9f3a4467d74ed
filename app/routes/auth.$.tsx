// Shopify's own doors under /auth: the page that fetches a session token, and the one that leaves the frame.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { boundary } from '@shopify/shopify-app-remix/server';
import { useRouteError } from '@remix-run/react';
import { authenticate } from '../shopify.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  await authenticate.admin(request);
  return null;
}

/** Shopify's library sends here who opens the app outside of an admin: nobody is asked for a shop's address. */
export default function Outside() {
  return (
    <main style={{ fontFamily: 'sans-serif', padding: '2rem' }}>
      <h1>Open the app from your Shopify admin</h1>
      <p>You find it there under Apps, or in your pinned apps.</p>
    </main>
  );
}

export const ErrorBoundary = () => boundary.error(useRouteError());

export const headers = boundary.headers;
