// What our buttons carry through Meta and back: `<verb>1_<shop>_<id>`, so that a tap on an old bubble still says what was meant.
const verbs = [
  // of the Notify Me card: id of the opt-in request
  'r',
  // of the notice: id of the subscription that it spends
  'no',
  'next',
  'others',
  // of a conversation: id of a subscription, variant or product; 0 where none is needed
  'stop',
  'stopall',
  'list',
  'more',
  'want',
  'pick',
  'forget',
] as const;
export type Verb = (typeof verbs)[number];
export type Payload = { verb: Verb; shopId: bigint; id: bigint };

/** The payload of Get Started, set on the Page's profile. */
export const GET_STARTED = 'start1';

export const makePayload = ({ verb, shopId, id }: Payload): string => `${verb}1_${shopId}_${id}`;

/** Our own payload, or null when somebody else wrote it. */
export function readPayload(text: string): Payload | null {
  const found = /^([a-z]{1,10})1_(\d{1,18})_(\d{1,18})$/.exec(text);
  const verb = verbs.find((name) => name === found?.[1]);
  return found && verb ? { verb, shopId: BigInt(found[2]!), id: BigInt(found[3]!) } : null;
}
