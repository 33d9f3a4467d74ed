// Meta's webhook addresses as Remix serves them, and webhooks signed as Meta signs them.
import * as deauthorizeUrl from '../../app/routes/messenger.deauthorize.ts';
import * as deletionUrl from '../../app/routes/messenger.data-deletion.ts';
import * as door from '../../app/routes/webhooks.messenger.ts';
import { signatures } from '../../simulators/messenger/signature.ts';

/** A webhook as Meta sends it. */
export const signed = (body: string, secret = process.env.META_APP_SECRET!): Request =>
  new Request(`${process.env.SHOPIFY_APP_URL}/webhooks/messenger`, {
    method: 'POST',
    body,
    headers: { 'x-hub-signature-256': signatures({ body, secret }).sha256 },
  });

/** Runs one of our doors as Remix does: a thrown Response is an answer too. */
export async function knock(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const given = { request, params: {}, context: {} } as never;
  const doors: Record<
    string,
    { action: (given: never) => Promise<Response>; loader?: (given: never) => Response | Promise<Response> }
  > = {
    '/webhooks/messenger': door,
    '/messenger/deauthorize': deauthorizeUrl,
    '/messenger/data-deletion': deletionUrl,
  };
  const found = doors[pathname]!;
  try {
    return await (request.method === 'GET' ? found.loader!(given) : found.action(given));
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    throw thrown;
  }
}
