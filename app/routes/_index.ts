// The app's bare address: Shopify opens it with the shop's name and is sent on to Home; anybody else reads what this is.
import { redirect, type LoaderFunctionArgs } from '@remix-run/node';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Notify me on Messenger</title></head><body style="font-family:sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>Notify me on Messenger</h1><p>A Shopify app: shoppers ask on Messenger, and are told once when a sold-out product is back.</p>
<p>Merchants open it from their Shopify admin, under Apps.</p></body></html>`;

export function loader({ request }: LoaderFunctionArgs) {
  const { search, searchParams } = new URL(request.url);
  if (searchParams.has('shop')) return redirect(`/app${search}`);
  return new Response(PAGE, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
  });
}
