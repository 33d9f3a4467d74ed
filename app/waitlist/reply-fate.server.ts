// What became of what we said: it was heard, or an opt-in request was refused, and then the shopper must not wait for nothing.
import { attempt } from '../db.server.ts';
import { log } from '../lib/log.server.ts';
import { clearTrouble } from '../messenger/pages.server.ts';
import { keepReplies, type Said } from '../messenger/replies.server.ts';
import { say, type Overrides } from '../messenger/words.ts';

/** Remembers when we spoke, and that the card was sent (the consent as proof), or says that nothing can be asked now. */
export const noteReplyFate: Said = async ({ tx, reply, page, now, ...fate }) => {
  const { requestId, shopId, pageId, psid } = reply;
  if (fate.fate === 'said')
    await tx.shopper.updateMany({ where: { shopId, pageId, psid }, data: { spokeAt: now } });
  if (requestId === undefined) return;
  if (fate.fate === 'said') {
    await tx.optInRequest.updateMany({
      where: { shopId, id: requestId },
      data: { sentAt: now, ...(fate.mid === null ? {} : { mid: fate.mid }) },
    });
    // Meta took an opt-in request from this Page: it has the permission.
    await clearTrouble({ pageId: reply.pageId, only: ['not_granted'], tx });
    return;
  }
  const request = await tx.optInRequest.findUnique({
    where: { shopId_id: { shopId, id: requestId } },
    include: { shop: true },
  });
  if (request === null || page === null) return;
  const { metaPageId } = page;
  await attempt({
    tx,
    work: async () => {
      const overrides = request.shop.texts as Overrides;
      const text = say({ locale: request.locale, message: 'request.unavailable', overrides });
      const sorry = { ...reply, requestId: undefined, saying: { kind: 'text', text } as const };
      await keepReplies({ tx, metaPageId, at: now, replies: [sorry], now });
    },
    onFailure: (error) => log.error('nobody could be told that a request was refused', { shopId, error }),
  });
};
