// Handles one event: `prepare` decides and asks Shopify, `apply` writes; each ends in a reply or a reason.
import type { Tx } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { GET_STARTED, type Payload, readPayload, readRef, type Verb } from '../messenger/payloads.ts';
import { isOpen } from '../messenger/permissions/open-window.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { finishByEcho, recordDelivered, recordRead } from '../notifications/delivery-events.server.ts';
import type { CheckAvailability } from '../stock/variants.server.ts';
import { type ArrivalStep, prepareArrival, startTest } from './arrival.server.ts';
import type { Command } from './command-words.ts';
import { isThanks, readCommand, readProductLink } from './commands.ts';
import { confirmOptIn } from './confirm-opt-in.server.ts';
import {
  askWhichProduct,
  type ConversationContext,
  type Effects,
  type EventHandler,
  hasOtherResponder,
  ignore,
  type Ignore,
  isWordless,
  loadContext,
  noReply,
  noteAction,
  noteActionOnly,
  pendingQuestion,
  type PrepareInput,
} from './context.server.ts';
import {
  askWhichMatch,
  askWhichOption,
  findByLink,
  findByName,
  findByOption,
  findMoreOptions,
  findPicked,
  type FindStep,
  offerMoreOptions,
  replyNotFound,
  replyUnavailable,
} from './find-product.server.ts';
import {
  cancelAlert,
  handleCommand,
  handleNotificationButton,
  type NotificationButtonStep,
  prepareNotificationButton,
} from './manage-alerts.server.ts';
import { offerOptIn, prepareOffer, recordReplyResult } from './offer-opt-in.server.ts';
import { finishReplyByEcho, isOwnEcho } from './replies.server.ts';
import {
  handleHandover,
  handleOthersEcho,
  handlePolicyNotice,
  listenOnly,
  sendHandoffMessage,
} from './thread-control.server.ts';

type EventOf<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

/** What is to be done about an event, with everything that was found out for it. */
export type Step =
  | Ignore
  | ArrivalStep
  | FindStep
  | NotificationButtonStep
  | { step: 'keep_odd'; why: string }
  | { step: 'receipt'; event: EventOf<'delivered'> | EventOf<'read'> }
  | { step: 'own_echo'; event: EventOf<'echoed'> }
  | { step: 'policy_notice'; event: EventOf<'warned'> }
  | { step: 'confirm_opt_in'; context: ConversationContext; event: EventOf<'opted_in'> }
  | { step: 'handover'; context: ConversationContext; event: EventOf<'handed_over'> }
  | { step: 'command'; context: ConversationContext; command: Command }
  | { step: 'cancel_alert'; context: ConversationContext; id: bigint }
  | { step: 'others_echo' | 'listen_only' | 'handoff_message'; context: ConversationContext };

export const createEventHandler = ({
  checkAvailability,
  clock,
}: {
  checkAvailability: CheckAvailability;
  clock: Clock;
}): EventHandler<Step> => ({
  prepare: (event) => prepare({ event, checkAvailability, clock }),
  apply: (tx, step) => apply({ tx, step, now: clock() }),
});

async function prepare({
  event,
  checkAvailability,
  clock,
}: {
  event: MetaEvent;
  checkAvailability: CheckAvailability;
  clock: Clock;
}): Promise<Step> {
  switch (event.kind) {
    case 'odd':
      // Meta withholds what is in an event of a thread that another app has: nothing about it is odd.
      return event.standby ? ignore('another app has the thread') : { step: 'keep_odd', why: event.why };
    case 'delivered':
    case 'read':
      return { step: 'receipt', event };
    case 'warned':
      return { step: 'policy_notice', event };
    case 'echoed':
      return isOwnEcho(event)
        ? { step: 'own_echo', event }
        : prepareInContext({ event, checkAvailability, clock });
    default:
      return prepareInContext({ event, checkAvailability, clock });
  }
}

type EventOfPerson = Exclude<
  MetaEvent,
  EventOf<'odd'> | EventOf<'delivered'> | EventOf<'read'> | EventOf<'warned'>
>;

async function prepareInContext({
  event,
  checkAvailability,
  clock,
}: {
  event: EventOfPerson;
  checkAvailability: CheckAvailability;
  clock: Clock;
}): Promise<Step> {
  if (event.psid === null) return ignore('nobody');
  const context = await loadContext({
    event: event as MetaEvent & { psid: string },
    names: namesShop(event),
    now: clock(),
  });
  if (context === undefined) return ignore('no shop has this Page any more');
  const given = { context, checkAvailability, clock };
  switch (event.kind) {
    case 'opted_in':
      return { step: 'confirm_opt_in', context, event };
    case 'echoed':
      return { step: 'others_echo', context };
    case 'handed_over':
      return { step: 'handover', context, event };
    case 'foreign':
      return ignore(event.what);
    case 'edited':
      return ignore('a message was changed');
    case 'reacted':
      return noteActionOnly(context, 'a reaction');
    case 'arrived':
      if (event.standby) return { step: 'listen_only', context };
      return tooLate(context)
        ? noteActionOnly(context, TOO_LATE)
        : prepareArrival({ ...given, arrival: event });
    case 'tapped':
      return tapped({ ...given, event });
    case 'wrote':
      return wrote({ ...given, event });
  }
}

async function apply({ tx, step, now }: { tx: Tx; step: Step; now: Date }): Promise<Effects> {
  switch (step.step) {
    case 'ignore':
      return noReply(step.why);
    case 'keep_odd':
      return { replies: [], reason: 'odd', problem: { kind: 'unrecognized', detail: step.why } };
    case 'receipt':
      return handleReceipt({ tx, event: step.event, now });
    case 'own_echo':
      return handleOwnEcho({ tx, event: step.event, now });
    case 'policy_notice':
      return handlePolicyNotice({ tx, event: step.event, now });
    case 'note_action':
      return noteAction({ tx, ...step });
    case 'others_echo':
      return handleOthersEcho({ tx, ...step });
    case 'listen_only':
      return listenOnly({ tx, ...step });
    case 'handover':
      return handleHandover({ tx, ...step });
    case 'handoff_message':
      return sendHandoffMessage({ tx, ...step });
    case 'ask_which_product':
      return askWhichProduct({ tx, ...step });
    case 'ask_which_match':
      return askWhichMatch({ tx, ...step });
    case 'ask_which_option':
      return askWhichOption({ tx, ...step });
    case 'offer_more_options':
      return offerMoreOptions({ tx, ...step });
    case 'not_found':
      return replyNotFound({ tx, ...step });
    case 'no_answer_of_shopify':
      return replyUnavailable({ tx, ...step });
    case 'offer_opt_in':
      return offerOptIn({ tx, ...step });
    case 'confirm_opt_in':
      return confirmOptIn({ tx, ...step });
    case 'start_test':
      return startTest({ tx, ...step });
    case 'command':
      return handleCommand({ tx, ...step });
    case 'cancel_alert':
      return cancelAlert({ tx, ...step });
    case 'notification_button':
      return handleNotificationButton({ tx, ...step });
  }
}

async function handleReceipt({
  tx,
  event: { kind, metaPageId, psid, watermark },
  now,
}: {
  tx: Tx;
  event: EventOf<'delivered'> | EventOf<'read'>;
  now: Date;
}): Promise<Effects> {
  const record = kind === 'read' ? recordRead : recordDelivered;
  if (psid !== null && watermark !== null) await record({ tx, metaPageId, psid, watermark, now });
  return noReply('a receipt');
}

/** Meta shows us what we sent: a notification or a reply of which we did not know that. */
async function handleOwnEcho({
  tx,
  event: { metaPageId, metadata, mid },
  now,
}: {
  tx: Tx;
  event: EventOf<'echoed'>;
  now: Date;
}): Promise<Effects> {
  await finishByEcho({ tx, metaPageId, metadata, mid, now });
  await finishReplyByEcho({ tx, metaPageId, metadata, mid, onReplySent: recordReplyResult, now });
  return noReply('our own words');
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

async function tapped({ event, ...given }: PrepareInput & { event: EventOf<'tapped'> }): Promise<Step> {
  const { context } = given;
  const { payload } = event;
  const meant = readPayload(payload);
  if (meant?.verb === 'stopall') return { step: 'command', context, command: 'stop' };
  if (event.standby && (meant !== null || payload === GET_STARTED)) return { step: 'listen_only', context };
  if (tooLate(context) && !(meant && ENDS.includes(meant.verb))) return noteActionOnly(context, TOO_LATE);
  if (payload === GET_STARTED) return { step: 'ask_which_product', context, message: 'arrive.noRef' };
  if (meant === null) return noteActionOnly(context, 'a button of somebody else');
  if (meant.shopId !== context.shop.id) return noteActionOnly(context, 'a button of a shop that has left');
  return handleButton({ ...given, meant });
}

async function handleButton({ meant, ...given }: PrepareInput & { meant: Payload }): Promise<Step> {
  const { context } = given;
  const { verb, id } = meant;
  switch (verb) {
    case 'no':
    case 'next':
    case 'others':
      return prepareNotificationButton({ ...given, verb, subscriptionId: id });
    case 'stop':
      return { step: 'cancel_alert', context, id };
    case 'list':
      return { step: 'command', context, command: 'alerts' };
    case 'forget':
      return { step: 'command', context, command: 'forget' };
    case 'stopall':
      return { step: 'command', context, command: 'stop' };
    case 'want':
      return prepareOffer({ ...given, offer: { variantId: id } });
    case 'more':
    case 'after':
      return findMoreOptions({ ...given, variantId: id, behind: verb === 'after' });
    case 'pick':
      return findPicked({ ...given, variantId: id });
    case 'r':
      return noteActionOnly(context, 'a request is answered by its opt-in');
  }
}

async function wrote({ event, ...given }: PrepareInput & { event: EventOf<'wrote'> }): Promise<Step> {
  const { context } = given;
  const command = readCommand(event.text);
  if (command !== undefined && !(command === 'alerts' && tooLate(context)))
    return { step: 'command', context, command };
  if (event.standby) return { step: 'listen_only', context };
  if (tooLate(context)) return noteActionOnly(context, TOO_LATE);
  const question = pendingQuestion({ ...context, act: event.at });
  if (question === undefined && hasOtherResponder(context))
    return noteActionOnly(context, 'people or another app answer here');
  const wordless = isWordless(event);
  if (question === undefined && wordless) return noteActionOnly(context, 'a sticker or an emoji');
  if (question === undefined && event.attachments.length === 0 && isThanks(event.text))
    return noteActionOnly(context, 'thanks or an OK');
  const pasted = readProductLink(event);
  if (pasted !== undefined && (question !== undefined || pasted.alone))
    return findByLink({ ...given, link: pasted.link });
  if (question === undefined) return { step: 'handoff_message', context };
  if (wordless || event.text.trim() === '' || (question.kind === 'product' && isThanks(event.text)))
    return { step: 'ask_which_product', context, message: 'find.text' };
  return question.kind === 'size' && question.handle !== undefined
    ? findByOption({ ...given, handle: question.handle, text: event.text })
    : findByName({ ...given, name: event.text });
}
