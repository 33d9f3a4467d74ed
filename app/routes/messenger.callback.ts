// Where Facebook Login returns to, outside the admin's frame.
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { systemClock } from '../lib/clock.ts';
import { readBody } from '../lib/http.server.ts';
import { htmlPage } from '../lib/html-page.ts';
import { finishLogin, shopOfLogin, type Finished } from '../messenger/facebook-login.server.ts';

/** Nothing is lent by a link alone: the merchant reads which shop asks, and says yes. Cancelled at Facebook: there is nothing to ask. */
export async function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const [state, code] = [query.get('state'), query.get('code')];
  const shop = await shopOfLogin({ query, now: systemClock() });
  if (shop === null || state === null || code === null) return finish(query);
  return htmlPage({
    title: `Lend your Pages to ${shop.name}?`,
    text: `The shop ${shop.domain} asks to speak in Messenger for a Page of yours. Go on only if this is your own shop.`,
    form: { button: `Yes, ${shop.name} is my shop`, fields: { state, code } },
  });
}

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  return finish(new URLSearchParams((await readBody(request, 64 * 1024)).toString('utf8')));
}

async function finish(query: URLSearchParams): Promise<Response> {
  const finished = await finishLogin({ query, now: systemClock() });
  return htmlPage({ ...told(finished), status: finished.outcome === 'unknown_state' ? 400 : 200 });
}

function told(finished: Finished): { title: string; text: string } {
  switch (finished.outcome) {
    case 'choose':
      return finished.pages === 0
        ? {
            title: 'No Page was shared',
            text: 'Facebook gave us none of your Pages. Close this window, connect again, and select the Page of your shop.',
          }
        : {
            title: 'Almost done',
            text: 'Close this window and choose your Page in the Shopify admin.',
          };
    case 'cancelled':
      return {
        title: 'Nothing was connected',
        text: 'You can close this window and start again at any time.',
      };
    case 'unknown_state':
      return {
        title: 'This login is no longer valid',
        text: 'It was used before or took too long. Close this window and press Connect in the Shopify admin again.',
      };
    case 'failed':
      return {
        title: 'Facebook did not finish the login',
        text: `${finished.message} Close this window and try again.`,
      };
  }
}
