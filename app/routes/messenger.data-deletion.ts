// Meta's data deletion callback, and the page that tells the person it was done.
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { systemClock } from '../lib/clock.ts';
import { readBody } from '../lib/http.server.ts';
import { deleteData, deletionStatus, signedUserId } from '../messenger/meta-callbacks.server.ts';
import { htmlPage } from '../lib/html-page.ts';

export async function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  const code = new URL(request.url).searchParams.get('code') ?? '';
  const status = await deletionStatus({ code });
  if (status === null)
    return htmlPage({
      title: 'No such request',
      text: 'We know no deletion request with this code.',
      status: 404,
    });
  return htmlPage({
    title: 'Your data was erased',
    text: `Request ${code}: what we held of you as the person who connected a Facebook Page was erased on ${status.doneAt?.toISOString().slice(0, 10) ?? 'an unknown day'}.`,
  });
}

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 64 * 1024)).toString('utf8'));
  const userId = signedUserId({ form });
  if (userId === null) return new Response('The signed_request is not Meta’s.', { status: 401 });
  return Response.json(await deleteData({ userId, now: systemClock() }));
}
