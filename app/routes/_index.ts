// The app's bare address: leads Shopify's merchants to Home, tells others what this is.
import { redirect, type LoaderFunctionArgs } from '@remix-run/node';
import { env } from '../env.server.ts';
import { htmlPage } from '../lib/html-page.ts';
import { adminUrl } from '../shopify/product.ts';

export function loader({ request }: LoaderFunctionArgs) {
  const { search, searchParams } = new URL(request.url);
  if (searchParams.has('shop')) return redirect(`/app${search}`);
  return htmlPage({
    title: 'Notify me on Messenger',
    text: 'A Shopify app: shoppers ask on Messenger, and are told once when a sold-out product is back. Merchants open it from their Shopify admin, under Apps.',
    link: { text: 'Go to the Shopify admin', url: adminUrl({ shop: null, apiKey: env.SHOPIFY_API_KEY }) },
  });
}
