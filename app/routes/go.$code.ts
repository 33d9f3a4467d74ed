// The message's link: redirects to the variant; an unknown code gets a plain page.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { followLink } from '../attribution/link-clicks.server.ts';
import { systemClock } from '../lib/clock.ts';
import { htmlPage } from '../lib/html-page.ts';

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { headers, method } = request;
  const purpose = ['Sec-Purpose', 'Purpose', 'X-Purpose', 'X-Moz']
    .map((name) => headers.get(name))
    .find(Boolean);
  const url = await followLink({
    press: {
      code: params.code ?? '',
      userAgent: headers.get('User-Agent'),
      purpose: purpose ?? null,
      head: method === 'HEAD',
    },
    now: systemClock(),
  });
  if (url === null)
    return htmlPage({
      title: 'This link is no longer valid',
      text: 'The shop may have closed, or the address was copied incompletely. Please open the shop itself to find the product.',
      status: 404,
    });
  return new Response(null, {
    status: 302,
    headers: { Location: url, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
  });
}
