// The conversation: every event of a person ends in a reply, or in a silence that has a name.
import type { Tx } from '../db.server.ts';
import { DAY, type Clock } from '../lib/clock.ts';
import { readCommand, readProductLink, type Command } from '../messenger/commands.ts';
import type { MetaEvent } from '../messenger/events.ts';
import type { Effects, Handle } from '../messenger/inbox.server.ts';
import { clearTrouble, markTrouble } from '../messenger/pages.server.ts';
import { GET_STARTED, readPayload, type Payload, type Verb } from '../messenger/payload.ts';
import { isOpen } from '../messenger/permission/open-window.ts';
import { readRef } from '../messenger/ref.ts';
import { nameOf } from '../messenger/variant-name.ts';
import type { Message } from '../messenger/words.ts';
import { tellAlerts } from './alerts.server.ts';
import { arrive, greet, quiet } from './arrive.server.ts';
import { confirm } from './confirm.server.ts';
import { fromLink, fromName, fromSize, moreOf, picked } from './find.server.ts';
import { answerNotice } from './notice-answer.server.ts';
import { offer, type Look } from './offer.server.ts';
import { answered, meet, nothing, silence, turnOf, voiceOf, type Turn } from './person.server.ts';
import { forgetPerson, stopEverything, stopSome } from './stop.server.ts';
import { handedOver, heardEcho, listenOnly } from './thread-control.server.ts';
import { isWordless, openQuestion, runByOthers } from './thread.ts';

type Given = { turn: Turn; look: Look; clock: Clock };
type Answer = ReturnType<Handle>;
type Of<Kind extends MetaEvent['kind']> = Extract<MetaEvent, { kind: Kind }>;

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

/** Meta's own word to the Page: kept for the merchant to read, and taken at its word about sending. */
async function heardMeta({
  tx,
  event: { metaPageId, action, reason },
  now,
}: {
  tx: Tx;
  event: Of<'warned'>;
  now: Date;
}): Promise<Effects> {
  if (action === 'block') await markTrouble({ metaPageId, trouble: 'blocked', now, tx });
  if (action === 'unblock') await clearTrouble({ metaPageId, only: ['blocked', 'restricted'], tx });
  const detail = `${action} ${reason}`.trim();
  return { say: [], silence: 'a word of Meta to the Page', problem: { kind: 'policy', detail } };
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

async function stopOne({ tx, turn, id }: { tx: Tx; turn: Turn; id: bigint }): Promise<Effects> {
  const voice = voiceOf({ turn });
  await meet({ tx, turn });
  const mine = await tx.subscription.findFirst({
    where: { shopId: turn.shop.id, id, shopperId: turn.shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (mine === null) return silence('a button about nothing of theirs');
  await stopSome({ tx, turn, which: { id } });
  const product = nameOf(mine.variant);
  return answered(() => voice.reply({ kind: 'text', text: voice.words('stop.one', { product }) }));
}

/** What is obeyed whenever it is written, whoever runs the thread. */
function obey({ turn, command }: Given & { command: Command }): Awaited<Answer> {
  const voice = voiceOf({ turn });
  const spoken = turn.event.standby;
  const answer = (message: Message): Effects =>
    spoken
      ? silence('another app has the thread')
      : answered(() => voice.reply({ kind: 'text', text: voice.words(message) }));
  switch (command) {
    case 'stop':
      return async (tx) => {
        await meet({ tx, turn });
        await stopEverything({ tx, turn: await refreshed({ tx, turn }) });
        return answer('stop.all');
      };
    case 'forget':
      return async (tx) => {
        await forgetPerson({ tx, turn });
        return answer('forget.done');
      };
    case 'alerts':
      return async (tx) => {
        await meet({ tx, turn });
        return spoken ? silence('another app has the thread') : tellAlerts({ tx, turn });
      };
  }
}

/** The turn with the person's row that was made in this transaction. */
async function refreshed({ tx, turn }: { tx: Tx; turn: Turn }): Promise<Turn> {
  const known = await tx.shopper.findMany({
    where: { psid: turn.event.psid, pageId: { in: turn.pages.map((page) => page.id) } },
  });
  return { ...turn, known };
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

/** Any other text belongs to the merchant: at most once a day we say that a person will answer. */
function defer(turn: Turn): Awaited<Answer> {
  const voice = voiceOf({ turn });
  return async (tx) => {
    const shopper = await meet({ tx, turn });
    const lately = [shopper, ...turn.known].some(
      (one) => one.deferredAt !== null && turn.now.getTime() - one.deferredAt.getTime() < DAY,
    );
    if (lately) return silence('we said today that a person will answer');
    await tx.shopper.update({ where: { id: shopper.id }, data: { deferredAt: turn.now } });
    return { say: [voice.reply({ kind: 'text', text: voice.words('defer') })] };
  };
}
