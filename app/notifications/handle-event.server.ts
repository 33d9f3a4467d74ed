// One event of Meta's: what it says of our notifications is noted, everything else is the conversation's.
import type { Clock } from '../lib/clock.ts';
import type { Handle } from '../messenger/inbox.server.ts';
import { isOwnEcho } from '../messenger/replies.server.ts';
import type { Look } from '../waitlist/offer.server.ts';
import { answerEvent } from '../waitlist/talk.server.ts';
import { noteDelivered, noteRead, settleByEcho } from './echo.server.ts';

export const handleEvent =
  ({ look, clock }: { look: Look; clock: Clock }): Handle =>
  async (event) => {
    if (event.kind === 'delivered' || event.kind === 'read') {
      const { metaPageId, psid, watermark, kind } = event;
      return async (tx) => {
        const note = kind === 'read' ? noteRead : noteDelivered;
        if (psid !== null && watermark !== null)
          await note({ tx, metaPageId, psid, watermark, now: clock() });
        return { say: [], silence: 'a receipt' };
      };
    }
    const effects = await answerEvent({ event, look, clock });
    if (event.kind !== 'echoed' || !isOwnEcho(event)) return effects;
    return async (tx) => {
      const { metaPageId, metadata, mid } = event;
      await settleByEcho({ tx, metaPageId, metadata, mid, now: clock() });
      return effects(tx);
    };
  };
