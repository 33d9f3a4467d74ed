// Meta's data deletion callback, and the page that tells the person it was done.
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { adminLocale, formatText, type Text } from '../i18n/admin.ts';
import { systemClock } from '../lib/clock.ts';
import { readBody } from '../lib/http.server.ts';
import { deleteData, deletionStatus, signedUserId } from '../messenger/meta-callbacks.server.ts';
import { htmlPage } from '../lib/html-page.ts';

export async function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  const code = new URL(request.url).searchParams.get('code') ?? '';
  const status = await deletionStatus({ code });
  const locale = adminLocale(request.headers.get('Accept-Language'));
  const t = (text: Text, values = {}) => formatText({ locale, text, values });
  if (status === null)
    return htmlPage({
      locale,
      title: t('deletion.notFound.title'),
      text: t('deletion.notFound.text'),
      status: 404,
    });
  const date = status.doneAt?.toISOString().slice(0, 10) ?? '–';
  return htmlPage({
    locale,
    title: t('deletion.done.title'),
    text: t('deletion.done.text', { code, date }),
  });
}

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const form = new URLSearchParams((await readBody(request, 64 * 1024)).toString('utf8'));
  const userId = signedUserId({ form });
  if (userId === null) return new Response('The signed_request is not Meta’s.', { status: 401 });
  return Response.json(await deleteData({ userId, now: systemClock() }));
}
