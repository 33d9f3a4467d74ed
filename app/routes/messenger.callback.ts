// Where Facebook Login returns to, outside the admin's frame.
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { adminLocale, formatText, type Text } from '../i18n/admin.ts';
import { systemClock } from '../lib/clock.ts';
import { readBody } from '../lib/http.server.ts';
import { htmlPage } from '../lib/html-page.ts';
import { finishLogin, shopOfLogin, type Finished } from '../messenger/facebook-login.server.ts';

/** Nothing is shared by a link alone: the merchant reads which store asks, and agrees. Cancelled at Facebook: there is nothing to ask. */
export async function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const [state, code] = [query.get('state'), query.get('code')];
  const shop = await shopOfLogin({ query, now: systemClock() });
  if (shop === null || state === null || code === null) return finish({ request, query });
  const locale = browserLocale(request);
  return htmlPage({
    locale,
    title: formatText({ locale, text: 'login.confirm.title', values: { shop: shop.name } }),
    text: formatText({ locale, text: 'login.confirm.text', values: { domain: shop.domain } }),
    form: { button: formatText({ locale, text: 'login.confirm.action' }), fields: { state, code } },
  });
}

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const query = new URLSearchParams((await readBody(request, 64 * 1024)).toString('utf8'));
  return finish({ request, query });
}

/** Facebook's login opens beside the admin: only the browser says which language is read there. */
const browserLocale = (request: Request) => adminLocale(request.headers.get('Accept-Language'));

async function finish({ request, query }: { request: Request; query: URLSearchParams }): Promise<Response> {
  const finished = await finishLogin({ query, now: systemClock() });
  const locale = browserLocale(request);
  const t = (text: Text) => formatText({ locale, text });
  const result = resultOf(finished);
  // Facebook's own reason, where it gave one, stands before ours.
  const reason = finished.outcome === 'failed' ? `${finished.message} ` : '';
  return htmlPage({
    locale,
    title: t(`login.${result}.title`),
    text: `${reason}${t(`login.${result}.text`)}`,
    status: finished.outcome === 'unknown_state' ? 400 : 200,
  });
}

const resultOf = (finished: Finished) =>
  finished.outcome === 'choose' ? (finished.pages === 0 ? 'noPages' : 'done') : finished.outcome;
