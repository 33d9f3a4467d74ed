// The message's link: redirects to the variant; an unknown code gets a plain page.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { followLink } from '../attribution/link-clicks.server.ts';
import { chooseLocale, formatMessage } from '../i18n/shopper.ts';
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
  if (url === null) {
    const locale = chooseLocale({ ref: headers.get('Accept-Language')?.split(/[,;]/)[0] });
    return htmlPage({
      locale,
      title: formatMessage({ locale, message: 'link.unknown.title' }),
      text: formatMessage({ locale, message: 'link.unknown.text' }),
      status: 404,
    });
  }
  return new Response(null, {
    status: 302,
    headers: { Location: url, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
  });
}
