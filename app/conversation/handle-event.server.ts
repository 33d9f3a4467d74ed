// The conversation: every event of a person ends in a reply, or in a silence that has a name.
import type { Clock } from '../lib/clock.ts';
import { GET_STARTED, type Payload, readPayload, readRef, type Verb } from '../messenger/payloads.ts';
import { isOpen } from '../messenger/permissions/open-window.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { noteDelivered, noteRead, settleByEcho } from '../notifications/delivery-events.server.ts';
import type { Look } from '../stock/check-availability.server.ts';
import { arrive } from './arrival.server.ts';
import { readCommand, readProductLink } from './commands.ts';
import { confirm } from './confirm-opt-in.server.ts';
import { answered, greet, type Handle, nothing, quiet, silence, type Turn, turnOf } from './context.server.ts';
import { fromLink, fromName, fromSize, moreOf, picked } from './find-product.server.ts';
import { answerNotice, obey, stopOne } from './manage-alerts.server.ts';
import { offer } from './offer-opt-in.server.ts';
import { isOwnEcho } from './replies.server.ts';
import { defer, handedOver, heardEcho, heardMeta, listenOnly } from './thread-control.server.ts';
import { isWordless, openQuestion, runByOthers } from './thread.ts';

export type Given = { turn: Turn; look: Look; clock: Clock };

export type Answer = ReturnType<Handle>;

export type Of<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

/** Answers one event of Meta's. What belongs to our notifications (echoes, deliveries, reads of them) is the worker's to route first. */
export async function answerEvent({
  event,
  look,
  clock,
}: {
  event: MetaEvent;
  look: Look;
  clock: Clock;
}): Answer {
  // Meta withholds what is in an event of a thread that another app has: nothing about it is odd.
  if (event.kind === 'odd')
    return event.standby
      ? nothing('another app has the thread')
      : async () => ({ say: [], silence: 'odd', problem: { kind: 'odd', detail: event.why } });
  if (event.kind === 'delivered' || event.kind === 'read') return nothing('a receipt');
  if (event.kind === 'warned') return (tx) => heardMeta({ tx, event, now: clock() });
  if (event.psid === null) return nothing('nobody');
  const turn = await turnOf({
    event: event as MetaEvent & { psid: string },
    names: namesShop(event),
    now: clock(),
  });
  if (turn === undefined) return nothing('no shop has this Page any more');
  const given = { turn, look, clock };
  switch (event.kind) {
    case 'opted_in':
      return (tx) => confirm({ tx, turn, event });
    case 'echoed':
      return (tx) => heardEcho({ tx, turn, event });
    case 'handed_over':
      return handedOver({ turn, event });
    case 'foreign':
      return nothing(event.what);
    case 'edited':
      return nothing('a message was changed');
    case 'reacted':
      return quiet(turn, 'a reaction');
    case 'arrived':
      if (event.standby) return listenOnly(turn);
      return tooLate(turn) ? quiet(turn, TOO_LATE) : arrive({ ...given, arrival: event });
    case 'tapped':
      return tapped({ ...given, event });
    case 'wrote':
      return wrote({ ...given, event });
  }
}

const namesShop = (event: MetaEvent): bigint | null => {
  if (event.kind === 'arrived') return event.ref === null ? null : (readRef(event.ref)?.shopId ?? null);
  if (event.kind === 'tapped' || event.kind === 'opted_in') return readPayload(event.payload)?.shopId ?? null;
  return null;
};

/** An event that reaches us, or is taken up again, when its window has closed: what ends something still counts, no answer does. */
const tooLate = ({ event, now }: Turn): boolean => !isOpen({ lastActionAt: event.at, now });

const TOO_LATE = 'too late to be answered';

const ENDS: Verb[] = ['stop', 'stopall', 'others', 'forget'];

async function tapped({ event, ...given }: Given & { event: Of<'tapped'> }): Answer {
  const { turn } = given;
  const { payload } = event;
  const meant = readPayload(payload);
  if (meant?.verb === 'stopall') return obey({ ...given, command: 'stop' });
  if (event.standby && (meant !== null || payload === GET_STARTED)) return listenOnly(turn);
  if (tooLate(turn) && !(meant && ENDS.includes(meant.verb))) return quiet(turn, TOO_LATE);
  if (payload === GET_STARTED) return greet(turn, 'arrive.noRef');
  if (meant === null) return quiet(turn, 'a button of somebody else');
  if (meant.shopId !== turn.shop.id) return quiet(turn, 'a button of a shop that has left');
  return press({ ...given, meant });
}

async function press({ meant, ...given }: Given & { meant: Payload }): Answer {
  const { turn } = given;
  const { verb, id } = meant;
  switch (verb) {
    case 'no':
    case 'next':
    case 'others':
      return answerNotice({ ...given, verb, subscriptionId: id });
    case 'stop':
      return (tx) => stopOne({ tx, turn, id });
    case 'list':
      return obey({ ...given, command: 'alerts' });
    case 'forget':
      return obey({ ...given, command: 'forget' });
    case 'stopall':
      return obey({ ...given, command: 'stop' });
    case 'want':
      return offer({ ...given, wish: { variantId: id } });
    case 'more':
      return moreOf({ ...given, variantId: id });
    case 'pick':
      return picked({ ...given, variantId: id });
    case 'r':
      return quiet(turn, 'a request is answered by its opt-in');
  }
}

async function wrote({ event, ...given }: Given & { event: Of<'wrote'> }): Answer {
  const { turn } = given;
  const command = readCommand(event.text);
  if (command !== undefined && !(command === 'alerts' && tooLate(turn))) return obey({ ...given, command });
  if (event.standby) return listenOnly(turn);
  if (tooLate(turn)) return quiet(turn, TOO_LATE);
  const question = openQuestion({ ...turn, act: event.at });
  if (question === undefined && runByOthers(turn)) return quiet(turn, 'people or another app answer here');
  const wordless = isWordless(event);
  if (question === undefined && wordless) return quiet(turn, 'a sticker or an emoji');
  const pasted = readProductLink(event);
  if (pasted !== undefined && (question !== undefined || pasted.alone))
    return fromLink({ ...given, link: pasted.link });
  if (question === undefined) return defer(turn);
  if (wordless || event.text.trim() === '') return greet(turn, 'find.words');
  return question.kind === 'size' && question.handle !== undefined
    ? fromSize({ ...given, handle: question.handle, text: event.text })
    : fromName({ ...given, name: event.text });
}

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
