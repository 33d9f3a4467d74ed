// Checks connected Pages: token, permissions, webhook subscription.
import { z } from 'zod';
import { db } from '../db.server.ts';
import { env } from '../env.server.ts';
import { type Clock, DAY, later } from '../lib/clock.ts';
import { idText } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { classifyError } from './error-codes.ts';
import { callMeta, MetaApiError } from './graph-api.server.ts';
import { clearIssue, setIssue, type Page, pageToken } from './pages.server.ts';

const debugShape = z.object({
  data: z.object({
    is_valid: z.boolean(),
    scopes: z.array(z.string()).optional(),
  }),
});

/** Asks Meta about a Page's token: is it alive, and may it do what we need. */
async function checkToken({ page, now }: { page: Page; now: Date }): Promise<void> {
  const { data } = await callMeta({
    method: 'GET',
    path: '/debug_token',
    token: `${env.META_APP_ID}|${env.META_APP_SECRET}`,
    query: { input_token: pageToken(page) },
    shape: debugShape,
  });
  const lacking = ['pages_messaging', 'pages_manage_metadata'].filter(
    (scope) => data.scopes !== undefined && !data.scopes.includes(scope),
  );
  if (!data.is_valid) await setIssue({ pageId: page.id, issue: 'reconnect', now });
  else {
    await clearIssue({ pageId: page.id, only: ['reconnect'] });
    if (lacking.length > 0) await setIssue({ pageId: page.id, issue: 'permission', now });
  }
  await db.page.updateMany({ where: { id: page.id }, data: { healthCheckedAt: now } });
}

/** Looks whether Meta still sends us everything of this Page, and asks for it again where it does not. */
async function checkSubscription({ page, now }: { page: Page; now: Date }): Promise<void> {
  const of = { metaPageId: page.metaPageId, token: pageToken(page) };
  try {
    const { whole } = await readSubscription(of);
    if (!whole) {
      log.warn('page.resubscribed', {
        metaPageId: page.metaPageId,
      });
      await subscribe(of);
    }
    await db.page.updateMany({ where: { id: page.id }, data: { webhooksSubscribedAt: now } });
    await clearIssue({ pageId: page.id, only: ['not_subscribed'] });
  } catch (error) {
    if (!(error instanceof MetaApiError)) throw error;
    const meant =
      error.code === undefined ? null : classifyError({ code: error.code, subcode: error.subcode });
    if (meant?.kind === 'page_trouble') await setIssue({ pageId: page.id, issue: meant.issue, now });
    else if (meant !== null && meant.kind !== 'slow_down' && meant.kind !== 'retry')
      await setIssue({ pageId: page.id, issue: 'not_subscribed', now });
    log.warn('page.subscription_check_failed', { metaPageId: page.metaPageId, error });
  }
}

/**
 * Checks every connected Page: the subscription each time (at start, hourly, and after webhooks were refused), the token once a day and
 * whenever it is uncertain.
 */
export async function checkPages({ clock }: { clock: Clock }): Promise<void> {
  const pages = await db.page.findMany({
    where: { disconnectedAt: null, shop: { uninstalledAt: null } },
    orderBy: { id: 'asc' },
  });
  const heard = new Set<string>();
  for (const page of pages) {
    const now = clock();
    try {
      const doubted = page.issue === 'reconnect' || page.issue === 'permission';
      if (doubted || page.healthCheckedAt === null || page.healthCheckedAt < later(now, -DAY))
        await checkToken({ page, now });
      if (!heard.has(page.metaPageId)) await checkSubscription({ page, now });
      heard.add(page.metaPageId);
    } catch (error) {
      log.warn('page.check_failed', {
        metaPageId: page.metaPageId,
        error,
      });
    }
  }
}

/** Every field whose events we read. */
export const FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
  'messaging_policy_enforcement',
  'messaging_handovers',
  'standby',
] as const;

type Of = { metaPageId: string; token: string };

const path = (metaPageId: string) => `/${encodeURIComponent(metaPageId)}/subscribed_apps`;

/** Meta's pages print the text "true", its servers a boolean. */
const success = z.object({ success: z.union([z.literal(true), z.literal('true')]) });

const apps = z.object({
  data: z.array(
    z.object({
      id: z.unknown().transform((id) => idText(id) ?? ''),
      name: z.string().optional(),
      subscribed_fields: z.array(z.string()).optional(),
    }),
  ),
});

/** Who hears this Page: are we among them with every field, and which other apps. */
export async function readSubscription({
  metaPageId,
  token,
}: Of): Promise<{ whole: boolean; others: string[] }> {
  const { data } = await callMeta({ method: 'GET', path: path(metaPageId), token, shape: apps });
  const ours = data.find((app) => app.id === env.META_APP_ID);
  return {
    whole: FIELDS.every((field) => ours?.subscribed_fields?.includes(field)),
    others: data.filter((app) => app.id !== env.META_APP_ID).map((app) => app.name ?? app.id),
  };
}

export async function subscribe({ metaPageId, token }: Of): Promise<void> {
  await callMeta({
    method: 'POST',
    path: path(metaPageId),
    token,
    body: { subscribed_fields: FIELDS.join(',') },
    shape: success,
  });
}

export async function unsubscribe({ metaPageId, token }: Of): Promise<void> {
  await callMeta({ method: 'DELETE', path: path(metaPageId), token, shape: success });
}
