// Meta's webhook: GET verifies the endpoint; POST checks the signature and stores the events.
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { storeEvents } from '../conversation/event-store.server.ts';
import { env } from '../env.server.ts';
import { systemClock } from '../lib/clock.ts';
import { storeOr503, readBody } from '../lib/http.server.ts';
import { type Json, parseJson } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { verificationChallenge, signatureIn, isSignatureValid } from '../messenger/webhooks.ts';

export function loader({ request }: LoaderFunctionArgs): Response {
  const challenge = verificationChallenge({ url: new URL(request.url), verifyToken: env.META_VERIFY_TOKEN });
  if (challenge === null) return new Response('Unknown verify token.', { status: 403 });
  return new Response(challenge, {
    headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' },
  });
}

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const refused = () =>
    new Response('The signature is not Meta’s.', { status: 401, headers: { connection: 'close' } });
  const header = request.headers.get('x-hub-signature-256');
  if (signatureIn(header) === undefined) return refused();
  const raw = await readBody(request);
  if (!isSignatureValid({ body: raw, header, secret: env.META_APP_SECRET })) return refused();
  let body: Json;
  try {
    body = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return new Response('The body is not JSON.', { status: 400 });
  }
  return storeOr503(
    () => storeEvents({ body, now: systemClock() }),
    (error) => log.error('meta_webhook.not_stored', { error }),
  );
}
