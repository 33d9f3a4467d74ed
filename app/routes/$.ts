// Any address that is none of ours: a plain page.
import type { LoaderFunctionArgs } from '@remix-run/node';
import { adminLocale, formatText } from '../i18n/admin.ts';
import { htmlPage } from '../lib/html-page.ts';

function notFound({ request }: LoaderFunctionArgs) {
  const locale = adminLocale(request.headers.get('Accept-Language'));
  return htmlPage({
    locale,
    title: formatText({ locale, text: 'page.missing' }),
    text: formatText({ locale, text: 'page.missing.text' }),
    status: 404,
  });
}

export const loader = notFound;
export const action = notFound;
