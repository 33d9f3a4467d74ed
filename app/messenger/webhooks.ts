// Meta's webhooks: signature, verification, and each event of a batch read by itself.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { idText, type Json, parseJson } from '../lib/json.ts';
import { readPayload } from './payloads.ts';
import { oneTimeNotification } from './permissions/one-time-notification.ts';

type Fields = { [key: string]: Json };

/** What happened. `odd` is kept and counted, never answered. */
type What =
  | { kind: 'arrived'; ref: string | null; payload: string | null }
  | { kind: 'tapped'; payload: string; mid: string | null }
  | {
      kind: 'wrote';
      text: string;
      mid: string | null;
      links: string[];
      attachments: string[];
      sticker: boolean;
    }
  | { kind: 'opted_in'; token: string; payload: string }
  | { kind: 'reacted'; mid: string | null; undone: boolean }
  | { kind: 'edited' }
  | { kind: 'echoed'; mid: string | null; metadata: string | null; appId: string | null }
  | { kind: 'delivered'; mids: string[]; watermark: Date | null }
  | { kind: 'read'; watermark: Date | null }
  | { kind: 'warned'; action: string; reason: string }
  /** `newOwner`: an app's id; null where Meta does not name it. `asked`: nothing has changed hands yet. */
  | { kind: 'handed_over'; deed: 'passed' | 'taken' | 'asked'; newOwner: string | null }
  /** Something between the person and another app, in a shape of ours. */
  | { kind: 'foreign'; what: string }
  | { kind: 'odd'; why: string };

export type MetaEvent = What & {
  metaPageId: string;
  /** The person in this Page's Messenger; null where the event concerns the Page alone. */
  psid: string | null;
  at: Date;
  /** Another app or the Page's people have the thread: we only listen. */
  standby: boolean;
};

/** An event as it is kept: what Meta wrote, and where. */
export type StoredEvent = { metaPageId: string; time: number; standby: boolean; item: Json };

const fields = (value: Json | undefined): Fields | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

const millis = (value: Json | undefined): number | undefined => {
  const number = Number(idText(value));
  // Some of Meta's samples count in seconds.
  return Number.isFinite(number) && number > 0 && number < 1e14
    ? number < 1e11
      ? number * 1000
      : number
    : undefined;
};

const date = (value: Json | undefined) => {
  const ms = millis(value);
  return ms === undefined ? null : new Date(ms);
};

/** The events of a signed body, each by itself. `odd` counts what has not even the envelope of an event. */
export function openBatch({ body, now }: { body: Json; now: Date }): {
  events: StoredEvent[];
  unrecognized: number;
} {
  const events: StoredEvent[] = [];
  let unrecognized = 0;
  const envelope = fields(body);
  if (envelope?.object !== 'page') return { events, unrecognized: 1 };
  for (const entry of list(envelope.entry)) {
    const said = fields(entry);
    const metaPageId = idText(said?.id);
    if (said === undefined || metaPageId === undefined) {
      unrecognized += 1;
      continue;
    }
    const time = millis(said.time) ?? now.getTime();
    const before = events.length;
    for (const item of list(said.messaging)) events.push({ metaPageId, time, standby: false, item });
    for (const item of list(said.standby)) events.push({ metaPageId, time, standby: true, item });
    if (events.length === before) unrecognized += 1;
  }
  return { events, unrecognized };
}

/** What a kept event says. Never throws: what can't be understood is `odd`, with the reason. */
export function readEvent({ metaPageId, time, standby, item }: StoredEvent): MetaEvent {
  const said = fields(item) ?? {};
  const sender = idText(fields(said.sender)?.id) ?? null;
  const recipient = idText(fields(said.recipient)?.id) ?? null;
  const what = readWhat(said);
  const psid = what.kind === 'echoed' ? recipient : sender === metaPageId ? recipient : sender;
  const about = { metaPageId, psid, standby, at: new Date(millis(said.timestamp) ?? time) };
  const needsPerson = what.kind !== 'warned' && what.kind !== 'odd';
  return psid === null && needsPerson
    ? { ...about, kind: 'odd', why: `${what.kind} by nobody` }
    : { ...about, ...what };
}

function readWhat(said: Fields): What {
  const message = fields(said.message);
  if (message) return readMessage(message);
  const postback = fields(said.postback);
  if (postback) return readPostback(postback);
  const optin = fields(said.optin);
  if (optin) return readOptIn(said, optin);
  const referral = fields(said.referral);
  if (referral) return { kind: 'arrived', ref: text(referral.ref), payload: null };
  const reaction = fields(said.reaction);
  if (reaction)
    return { kind: 'reacted', mid: text(reaction.mid), undone: text(reaction.action) === 'unreact' };
  const delivery = fields(said.delivery);
  if (delivery)
    return {
      kind: 'delivered',
      mids: list(delivery.mids).flatMap((mid) => text(mid) ?? []),
      watermark: date(delivery.watermark),
    };
  const read = fields(said.read);
  if (read) return { kind: 'read', watermark: date(read.watermark) };
  if (fields(said.message_edit)) return { kind: 'edited' };
  const policy = fields(said['policy_enforcement'] ?? said['policy-enforcement']);
  if (policy)
    return { kind: 'warned', action: text(policy.action) ?? 'unknown', reason: text(policy.reason) ?? '' };
  const handed = readHandOver(said);
  if (handed) return handed;
  const names = Object.keys(said).filter((name) => !['sender', 'recipient', 'timestamp'].includes(name));
  return { kind: 'odd', why: `unknown event: ${names.sort().join(', ').slice(0, 100) || 'empty'}` };
}

function readHandOver(said: Fields): What | undefined {
  const owner = (of: Fields) => idText(of.new_owner_app_id) ?? null;
  const passed = fields(said.pass_thread_control);
  if (passed) return { kind: 'handed_over', deed: 'passed', newOwner: owner(passed) };
  const taken = fields(said.take_thread_control);
  if (taken) return { kind: 'handed_over', deed: 'taken', newOwner: owner(taken) };
  return said.request_thread_control === undefined && said.app_roles === undefined
    ? undefined
    : { kind: 'handed_over', deed: 'asked', newOwner: null };
}

function readMessage(message: Fields): What {
  const mid = text(message.mid);
  if (message.is_echo === true)
    return {
      kind: 'echoed',
      mid,
      metadata: text(message.metadata),
      appId: idText(message.app_id) ?? null,
    };
  if (message.is_deleted === true) return { kind: 'edited' };
  const reply = text(fields(message.quick_reply)?.payload);
  if (reply !== null) return { kind: 'tapped', payload: reply, mid };
  const attachments = list(message.attachments)
    .map(fields)
    .filter((one) => one !== undefined);
  return {
    kind: 'wrote',
    mid,
    text: text(message.text) ?? '',
    links: attachments.flatMap((one) => text(fields(one.payload)?.url) ?? text(one.url) ?? []),
    attachments: attachments.map((one) => text(one.type) ?? 'unknown'),
    sticker:
      idText(message.sticker_id) !== undefined ||
      attachments.some((one) => idText(fields(one.payload)?.sticker_id) !== undefined),
  };
}

function readPostback(postback: Fields): What {
  const referral = fields(postback.referral);
  const payload = text(postback.payload);
  if (referral) return { kind: 'arrived', ref: text(referral.ref), payload };
  return payload === null
    ? { kind: 'odd', why: 'postback without payload' }
    : { kind: 'tapped', payload, mid: text(postback.mid) };
}

/** A Page's other apps ask for opt-ins too, and Meta tells every app of the Page of each: ours bear our payload. */
function readOptIn(said: Fields, optin: Fields): What {
  const grant = oneTimeNotification.readGrant(said);
  const payload = grant?.payload ?? text(optin.payload) ?? '';
  if (readPayload(payload)?.verb !== 'r') return { kind: 'foreign', what: 'an opt-in of another app' };
  return grant === null
    ? { kind: 'odd', why: `opt-in of another kind: ${text(optin.type) ?? 'unnamed'}` }
    : { kind: 'opted_in', ...grant };
}

/**
 * What makes an event the same event when Meta delivers it again. Meta's own id where there is one; an opt-in has none but its token.
 * To be hashed before it is kept.
 */
export function eventKey(events: StoredEvent): string {
  const event = readEvent(events);
  const about = `${event.metaPageId} ${event.psid ?? ''}`;
  const moment = `${about} ${event.at.getTime()}`;
  switch (event.kind) {
    case 'wrote':
    case 'echoed':
      return event.mid === null
        ? `${event.kind} ${moment} ${eventJson(events.item)}`
        : `${event.kind} ${event.mid}`;
    case 'tapped':
      return event.mid === null ? `tapped ${moment} ${event.payload}` : `tapped ${event.mid}`;
    case 'arrived':
      return `arrived ${moment} ${event.ref ?? ''}`;
    case 'opted_in':
      return `opted in ${event.token}`;
    case 'delivered':
      return `delivered ${about} ${event.watermark?.getTime() ?? ''} ${event.mids.join(' ')}`;
    case 'read':
      return `read ${about} ${event.watermark?.getTime() ?? ''}`;
    case 'reacted':
    case 'edited':
    case 'warned':
    case 'handed_over':
    case 'foreign':
    case 'odd':
      return `${event.kind} ${moment} ${eventJson(events.item)}`;
  }
}

/** JSON text in which an integer beyond 2^53 keeps its digits (as text: every reader of ids takes both). */
export const eventJson = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? '';

const same = (given: Buffer, expected: Buffer) =>
  given.length === expected.length && timingSafeEqual(given, expected);

/** The hexadecimal digest in `header` (X-Hub-Signature-256); undefined when it cannot be a signature of Meta's, whatever the body is. */
export const signatureIn = (header: string | null): string | undefined =>
  /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];

/** Whether `header` (X-Hub-Signature-256) signs exactly these bytes. Meta escapes unicode before it signs: never re-serialise. */
export function isSignatureValid({
  body,
  header,
  secret,
}: {
  body: Uint8Array;
  header: string | null;
  secret: string;
}): boolean {
  const given = signatureIn(header);
  return (
    given !== undefined && same(Buffer.from(given, 'hex'), createHmac('sha256', secret).update(body).digest())
  );
}

/** The handshake's challenge, to be given back as it came; null when the caller does not know our verify token. */
export function verificationChallenge({
  url,
  verifyToken,
}: {
  url: URL;
  verifyToken: string;
}): string | null {
  const asked = (name: string) => url.searchParams.get(`hub.${name}`) ?? '';
  const digest = (text: string) => createHmac('sha256', 'verify').update(text).digest();
  const known = same(digest(asked('verify_token')), digest(verifyToken));
  return known && asked('mode') === 'subscribe' && asked('challenge') !== '' ? asked('challenge') : null;
}

/** What a signed_request says (deauthorize, data deletion), or null when it is not Meta's. */
export function readSignedRequest({
  text,
  secret,
}: {
  text: string;
  secret: string;
}): { [key: string]: Json } | null {
  const [sign, payload, ...more] = text.split('.');
  if (!sign || !payload || more.length > 0) return null;
  const expected = createHmac('sha256', secret).update(payload).digest();
  if (!same(Buffer.from(sign, 'base64url'), expected)) return null;
  try {
    const said = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
    return said !== null && typeof said === 'object' && !Array.isArray(said) ? said : null;
  } catch {
    return null;
  }
}
