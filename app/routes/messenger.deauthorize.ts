// Meta's deauthorize callback.
import type { ActionFunctionArgs } from '@remix-run/node';
import { systemClock } from '../lib/clock.ts';
import { storeOr503, readBody } from '../lib/http.server.ts';
import { log } from '../lib/log.server.ts';
import { deauthorize, signedUserId } from '../messenger/meta-callbacks.server.ts';

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 64 * 1024)).toString('utf8'));
  const userId = signedUserId({ form });
  if (userId === null) return new Response('The signed_request is not Meta’s.', { status: 401 });
  return storeOr503(
    () => deauthorize({ userId, now: systemClock() }),
    (error) => log.error('meta_deauthorize.not_stored', { error }),
  );
}
