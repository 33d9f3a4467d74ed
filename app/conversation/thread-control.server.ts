// What the others in a thread do: their words, our own echoes, and who has the thread now.
import type { Tx } from '../db.server.ts';
import { env } from '../env.server.ts';
import { DAY } from '../lib/clock.ts';
import { clearIssue, setIssue } from '../messenger/pages.server.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import {
  type ConversationContext,
  type Effects,
  isAutomation,
  noReply,
  replyWithText,
  upsertShopper,
} from './context.server.ts';

type EventOf<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

/** Another app has the thread: we could not speak if we wanted to. */
export async function listenOnly({
  tx,
  context,
}: {
  tx: Tx;
  context: ConversationContext;
}): Promise<Effects> {
  await noteOtherResponder({ tx, context });
  return noReply('another app has the thread');
}

/** The thread changed hands: while another app has it we only listen, and once it is ours again it is as if nobody had spoken. */
export async function handleHandover({
  tx,
  context,
  event,
}: {
  tx: Tx;
  context: ConversationContext;
  event: EventOf<'handed_over'>;
}): Promise<Effects> {
  const { deed, newOwner } = event;
  if (deed === 'asked') return noReply('a thread was asked for');
  const toUs = newOwner === null ? deed === 'passed' : newOwner === env.META_APP_ID;
  if (!toUs) return noteOtherResponder({ tx, context });
  await tx.shopper.updateMany({
    where: { id: { in: context.known.map((one) => one.id) }, otherResponderAt: { lte: event.at } },
    data: { otherResponderAt: null, takenOverAt: null },
  });
  return noReply('the thread was handed to us');
}

/** Somebody else spoke in the thread, or has it now. `automatic`: only a machine, which takes nothing over. */
async function noteOtherResponder({
  tx,
  context,
  automatic = false,
}: {
  tx: Tx;
  context: ConversationContext;
  automatic?: boolean;
}): Promise<Effects> {
  const { event, known, shop, page, now } = context;
  const takenOverAt = automatic ? null : event.at;
  if (known.length > 0)
    await tx.$executeRaw`
      UPDATE shoppers SET other_responder_at = GREATEST(other_responder_at, ${event.at}), taken_over_at = GREATEST(taken_over_at, ${takenOverAt}::timestamptz)
      WHERE id = ANY(${known.map((one) => one.id)})`;
  else
    await tx.shopper.createMany({
      data: [
        {
          shopId: shop.id,
          pageId: page.id,
          psid: event.psid,
          createdAt: now,
          otherResponderAt: event.at,
          takenOverAt,
        },
      ],
      skipDuplicates: true,
    });
  return noReply(automatic ? 'an automation speaks here' : 'people or another app speak here');
}

/** An echo of what people, another app or an automation said: it says who runs the thread. */
export function handleOthersEcho({
  tx,
  context,
}: {
  tx: Tx;
  context: ConversationContext;
}): Promise<Effects> {
  const { known, event } = context;
  return noteOtherResponder({ tx, context, automatic: isAutomation({ at: event.at, known }) });
}

/** Meta's own word to the Page: kept for the merchant to read, and taken at its word about sending. */
export async function handlePolicyNotice({
  tx,
  event: { metaPageId, action, reason },
  now,
}: {
  tx: Tx;
  event: EventOf<'warned'>;
  now: Date;
}): Promise<Effects> {
  if (action === 'block') await setIssue({ metaPageId, issue: 'blocked', now, tx });
  if (action === 'unblock') await clearIssue({ metaPageId, only: ['blocked', 'restricted'], tx });
  const detail = `${action} ${reason}`.trim();
  return { replies: [], reason: 'a word of Meta to the Page', problem: { kind: 'policy', detail } };
}

/** Any other text belongs to the merchant: at most once a day we say that a person will answer. */
export async function sendHandoffMessage({
  tx,
  context,
}: {
  tx: Tx;
  context: ConversationContext;
}): Promise<Effects> {
  const shopper = await upsertShopper({ tx, context });
  const lately = [shopper, ...context.known].some(
    (one) => one.handoffMessageAt !== null && context.now.getTime() - one.handoffMessageAt.getTime() < DAY,
  );
  if (lately) return noReply('we said today that a person will answer');
  await tx.shopper.update({
    where: { shopId_id: { shopId: shopper.shopId, id: shopper.id } },
    data: { handoffMessageAt: context.now },
  });
  return replyWithText({ context, message: 'handoff' });
}
