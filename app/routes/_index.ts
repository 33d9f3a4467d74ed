// The app's bare address: leads Shopify's merchants to Home, tells others what this is.
import { redirect, type LoaderFunctionArgs } from '@remix-run/node';
import { env } from '../env.server.ts';
import { adminLocale, formatText } from '../i18n/admin.ts';
import { htmlPage } from '../lib/html-page.ts';
import { adminUrl } from '../shopify/product.ts';

export function loader({ request }: LoaderFunctionArgs) {
  const { search, searchParams } = new URL(request.url);
  if (searchParams.has('shop')) return redirect(`/app${search}`);
  const locale = adminLocale(request.headers.get('Accept-Language'));
  return htmlPage({
    locale,
    title: formatText({ locale, text: 'about.title' }),
    text: formatText({ locale, text: 'about.text' }),
    link: {
      text: formatText({ locale, text: 'openInAdmin.link' }),
      url: adminUrl({ shop: null, apiKey: env.SHOPIFY_API_KEY }),
    },
  });
}
