// Shopify's own doors under /auth: the page that fetches a session token, and the one that leaves the frame.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { boundary } from '@shopify/shopify-app-remix/server';
import { useRouteError } from '@remix-run/react';
import { authenticate } from '../shopify.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  await authenticate.admin(request);
  return null;
}

export const ErrorBoundary = () => boundary.error(useRouteError());

export const headers = boundary.headers;
