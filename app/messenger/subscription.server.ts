// Which of a Page's events Meta sends us. Meta drops an app that failed for an hour: so it is checked, and restored.
import { z } from 'zod';
import { env } from '../env.server.ts';
import { idText } from '../lib/json.ts';
import { askMeta } from './meta-failed.server.ts';

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
  const { data } = await askMeta({ method: 'GET', path: path(metaPageId), token, shape: apps });
  const ours = data.find((app) => app.id === env.META_APP_ID);
  return {
    whole: FIELDS.every((field) => ours?.subscribed_fields?.includes(field)),
    others: data.filter((app) => app.id !== env.META_APP_ID).map((app) => app.name ?? app.id),
  };
}

export async function subscribe({ metaPageId, token }: Of): Promise<void> {
  await askMeta({
    method: 'POST',
    path: path(metaPageId),
    token,
    body: { subscribed_fields: FIELDS.join(',') },
    shape: success,
  });
}

export async function unsubscribe({ metaPageId, token }: Of): Promise<void> {
  await askMeta({ method: 'DELETE', path: path(metaPageId), token, shape: success });
}
