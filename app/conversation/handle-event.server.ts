// The conversation: every event of a person ends in a reply, or in a silence that has a name.
import type { Clock } from '../lib/clock.ts';
import { GET_STARTED, type Payload, readPayload, readRef, type Verb } from '../messenger/payloads.ts';
import { isOpen } from '../messenger/permissions/open-window.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { recordDelivered, recordRead, finishByEcho } from '../notifications/delivery-events.server.ts';
import type { CheckAvailability } from '../stock/check-availability.server.ts';
import { handleArrival } from './arrival.server.ts';
import { readCommand, readProductLink } from './commands.ts';
import { confirmOptIn } from './confirm-opt-in.server.ts';
import {
  askWhichProduct,
  type Handle,
  ignore,
  noteActionOnly,
  type ConversationContext,
  loadContext,
} from './context.server.ts';
import {
  findByLink,
  findByName,
  findByOption,
  offerMoreOptions,
  offerPicked,
} from './find-product.server.ts';
import { handleNotificationButton, handleCommand, cancelAlert } from './manage-alerts.server.ts';
import { offerOptIn } from './offer-opt-in.server.ts';
import { isOwnEcho } from './replies.server.ts';
import {
  sendHandoffMessage,
  handleHandover,
  handleEcho,
  handlePolicyNotice,
  listenOnly,
} from './thread-control.server.ts';
import { isWordless, pendingQuestion, hasOtherResponder } from './thread.ts';

export type Given = { turn: ConversationContext; look: CheckAvailability; clock: Clock };

export type Answer = ReturnType<Handle>;

export type Of<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

/** Answers one event of Meta's. What belongs to our notifications (echoes, deliveries, reads of them) is the worker's to route first. */
export async function answerShopperEvent({
  event,
  look,
  clock,
}: {
  event: MetaEvent;
  look: CheckAvailability;
  clock: Clock;
}): Answer {
  // Meta withholds what is in an event of a thread that another app has: nothing about it is odd.
  if (event.kind === 'odd')
    return event.standby
      ? ignore('another app has the thread')
      : async () => ({ say: [], silence: 'odd', problem: { kind: 'odd', detail: event.why } });
  if (event.kind === 'delivered' || event.kind === 'read') return ignore('a receipt');
  if (event.kind === 'warned') return (tx) => handlePolicyNotice({ tx, event, now: clock() });
  if (event.psid === null) return ignore('nobody');
  const turn = await loadContext({
    event: event as MetaEvent & { psid: string },
    names: namesShop(event),
    now: clock(),
  });
  if (turn === undefined) return ignore('no shop has this Page any more');
  const given = { turn, look, clock };
  switch (event.kind) {
    case 'opted_in':
      return (tx) => confirmOptIn({ tx, turn, event });
    case 'echoed':
      return (tx) => handleEcho({ tx, turn, event });
    case 'handed_over':
      return handleHandover({ turn, event });
    case 'foreign':
      return ignore(event.what);
    case 'edited':
      return ignore('a message was changed');
    case 'reacted':
      return noteActionOnly(turn, 'a reaction');
    case 'arrived':
      if (event.standby) return listenOnly(turn);
      return tooLate(turn) ? noteActionOnly(turn, TOO_LATE) : handleArrival({ ...given, arrival: event });
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
const tooLate = ({ event, now }: ConversationContext): boolean => !isOpen({ lastActionAt: event.at, now });

const TOO_LATE = 'too late to be answered';

const ENDS: Verb[] = ['stop', 'stopall', 'others', 'forget'];

async function tapped({ event, ...given }: Given & { event: Of<'tapped'> }): Answer {
  const { turn } = given;
  const { payload } = event;
  const meant = readPayload(payload);
  if (meant?.verb === 'stopall') return handleCommand({ ...given, command: 'stop' });
  if (event.standby && (meant !== null || payload === GET_STARTED)) return listenOnly(turn);
  if (tooLate(turn) && !(meant && ENDS.includes(meant.verb))) return noteActionOnly(turn, TOO_LATE);
  if (payload === GET_STARTED) return askWhichProduct(turn, 'arrive.noRef');
  if (meant === null) return noteActionOnly(turn, 'a button of somebody else');
  if (meant.shopId !== turn.shop.id) return noteActionOnly(turn, 'a button of a shop that has left');
  return handleButton({ ...given, meant });
}

async function handleButton({ meant, ...given }: Given & { meant: Payload }): Answer {
  const { turn } = given;
  const { verb, id } = meant;
  switch (verb) {
    case 'no':
    case 'next':
    case 'others':
      return handleNotificationButton({ ...given, verb, subscriptionId: id });
    case 'stop':
      return (tx) => cancelAlert({ tx, turn, id });
    case 'list':
      return handleCommand({ ...given, command: 'alerts' });
    case 'forget':
      return handleCommand({ ...given, command: 'forget' });
    case 'stopall':
      return handleCommand({ ...given, command: 'stop' });
    case 'want':
      return offerOptIn({ ...given, wish: { variantId: id } });
    case 'more':
      return offerMoreOptions({ ...given, variantId: id });
    case 'pick':
      return offerPicked({ ...given, variantId: id });
    case 'r':
      return noteActionOnly(turn, 'a request is answered by its opt-in');
  }
}

async function wrote({ event, ...given }: Given & { event: Of<'wrote'> }): Answer {
  const { turn } = given;
  const command = readCommand(event.text);
  if (command !== undefined && !(command === 'alerts' && tooLate(turn)))
    return handleCommand({ ...given, command });
  if (event.standby) return listenOnly(turn);
  if (tooLate(turn)) return noteActionOnly(turn, TOO_LATE);
  const question = pendingQuestion({ ...turn, act: event.at });
  if (question === undefined && hasOtherResponder(turn))
    return noteActionOnly(turn, 'people or another app answer here');
  const wordless = isWordless(event);
  if (question === undefined && wordless) return noteActionOnly(turn, 'a sticker or an emoji');
  const pasted = readProductLink(event);
  if (pasted !== undefined && (question !== undefined || pasted.alone))
    return findByLink({ ...given, link: pasted.link });
  if (question === undefined) return sendHandoffMessage(turn);
  if (wordless || event.text.trim() === '') return askWhichProduct(turn, 'find.words');
  return question.kind === 'size' && question.handle !== undefined
    ? findByOption({ ...given, handle: question.handle, text: event.text })
    : findByName({ ...given, name: event.text });
}

export const handleEvent =
  ({ look, clock }: { look: CheckAvailability; clock: Clock }): Handle =>
  async (event) => {
    if (event.kind === 'delivered' || event.kind === 'read') {
      const { metaPageId, psid, watermark, kind } = event;
      return async (tx) => {
        const note = kind === 'read' ? recordRead : recordDelivered;
        if (psid !== null && watermark !== null)
          await note({ tx, metaPageId, psid, watermark, now: clock() });
        return { say: [], silence: 'a receipt' };
      };
    }
    const effects = await answerShopperEvent({ event, look, clock });
    if (event.kind !== 'echoed' || !isOwnEcho(event)) return effects;
    return async (tx) => {
      const { metaPageId, metadata, mid } = event;
      await finishByEcho({ tx, metaPageId, metadata, mid, now: clock() });
      return effects(tx);
    };
  };
