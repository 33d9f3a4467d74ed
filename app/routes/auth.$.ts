// Where a request ends that came to the admin's pages from outside the admin: a page that leads there.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { env } from '../env.server.ts';
import { adminLocale, formatText } from '../i18n/admin.ts';
import { htmlPage } from '../lib/html-page.ts';
import { adminUrl, shopDomain } from '../shopify/product.ts';

/** Nobody is asked for a shop's address: it is in the query, or Shopify's admin asks for it. */
export function loader({ request }: LoaderFunctionArgs) {
  const shop = shopDomain(new URL(request.url).searchParams.get('shop'));
  const locale = adminLocale(request.headers.get('Accept-Language'));
  return htmlPage({
    locale,
    title: formatText({ locale, text: 'openInAdmin.title' }),
    text: formatText({ locale, text: 'openInAdmin.text' }),
    link: {
      text: formatText({ locale, text: 'openInAdmin.link' }),
      url: adminUrl({ shop, apiKey: env.SHOPIFY_API_KEY }),
    },
  });
}
