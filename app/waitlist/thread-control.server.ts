// What the others in a thread do: their words, our own echoes, and who has the thread now.
import type { Tx } from '../db.server.ts';
import { env } from '../env.server.ts';
import type { MetaEvent } from '../messenger/events.ts';
import type { Effects, Handle } from '../messenger/inbox.server.ts';
import { isOwnEcho, settleReplyByEcho } from '../messenger/replies.server.ts';
import { nothing, silence, type Turn } from './person.server.ts';
import { noteReplyFate } from './reply-fate.server.ts';
import { isAutomatic } from './thread.ts';

type Answer = ReturnType<Handle>;
type Of<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

/** Another app has the thread: we could not speak if we wanted to. */
export const listenOnly =
  (turn: Turn): Awaited<Answer> =>
  async (tx) => {
    await othersSpoke({ tx, turn });
    return silence('another app has the thread');
  };

/** The thread changed hands: while another app has it we only listen, and once it is ours again it is as if nobody had spoken. */
export function handedOver({ turn, event }: { turn: Turn; event: Of<'handed_over'> }): Awaited<Answer> {
  const { deed, newOwner } = event;
  if (deed === 'asked') return nothing('a thread was asked for');
  const toUs = newOwner === null ? deed === 'passed' : newOwner === env.META_APP_ID;
  return async (tx) => {
    if (!toUs) return othersSpoke({ tx, turn });
    await tx.shopper.updateMany({
      where: { id: { in: turn.known.map((one) => one.id) }, othersAt: { lte: event.at } },
      data: { othersAt: null, takenOverAt: null },
    });
    return silence('the thread was handed to us');
  };
}

/** Somebody else spoke in the thread, or has it now. `automatic`: only a machine, which takes nothing over. */
async function othersSpoke({
  tx,
  turn,
  automatic = false,
}: {
  tx: Tx;
  turn: Turn;
  automatic?: boolean;
}): Promise<Effects> {
  const { event, known, shop, page, now } = turn;
  const takenOverAt = automatic ? null : event.at;
  if (known.length > 0)
    await tx.$executeRaw`
      UPDATE "Shopper" SET "othersAt" = GREATEST("othersAt", ${event.at}), "takenOverAt" = GREATEST("takenOverAt", ${takenOverAt}::timestamptz)
      WHERE "id" = ANY(${known.map((one) => one.id)})`;
  else
    await tx.shopper.createMany({
      data: [
        {
          shopId: shop.id,
          pageId: page.id,
          psid: event.psid,
          createdAt: now,
          othersAt: event.at,
          takenOverAt,
        },
      ],
      skipDuplicates: true,
    });
  return silence(automatic ? 'an automation speaks here' : 'people or another app speak here');
}

/** An echo of ours settles what we were unsure of; anybody else's says who runs the thread. */
export async function heardEcho({
  tx,
  turn,
  event,
}: {
  tx: Tx;
  turn: Turn;
  event: Of<'echoed'>;
}): Promise<Effects> {
  if (!isOwnEcho(event))
    return othersSpoke({ tx, turn, automatic: isAutomatic({ at: event.at, known: turn.known }) });
  await settleReplyByEcho({
    tx,
    metaPageId: event.metaPageId,
    metadata: event.metadata,
    mid: event.mid,
    said: noteReplyFate,
    now: turn.now,
  });
  return silence('our own words');
}
