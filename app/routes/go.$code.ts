// The message's link: leads to the variant; a code that we do not know gets a plain page, since a person stands before it.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { follow } from '../attribution/tap.server.ts';
import { systemClock } from '../lib/clock.ts';

const UNKNOWN = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>This link is no longer valid</title></head>
<body style="font-family:sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem"><h1>This link is no longer valid</h1>
<p>The shop may have closed, or the address was copied incompletely. Please open the shop itself to find the product.</p></body></html>`;

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { headers, method } = request;
  const purpose = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz']
    .map((name) => headers.get(name))
    .find(Boolean);
  const url = await follow({
    press: {
      code: params.code ?? '',
      userAgent: headers.get('User-Agent'),
      purpose: purpose ?? null,
      head: method === 'HEAD',
    },
    now: systemClock(),
  });
  const plain = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };
  if (url !== null) return new Response(null, { status: 302, headers: { Location: url, ...plain } });
  return new Response(UNKNOWN, {
    status: 404,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      ...plain,
    },
  });
}
