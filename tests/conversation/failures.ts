// What can go wrong while an event of Meta's is handled, step by step: each fault is turned on, and off again, from outside of our code.
import { IntlMessageFormat } from 'intl-messageformat';
import pg from 'pg';
import { db } from '../../app/db.server.ts';
import type { Disturbance } from '../../simulators/messenger/fault-options.ts';
import type { Chat } from '../messenger/chat.ts';

export type Mend = () => unknown;
/** `place`: anybody's scene at the Page that the fault is about. */
export type Fault = (place: Chat) => Mend | Promise<Mend>;

// 1. Wording: the formatter that every text goes through. Its `format` is set by its constructor, so that is where the fault sits.
let isSpeechless = false;
const formats = new WeakMap<object, (values: unknown) => unknown>();
Object.defineProperty(IntlMessageFormat.prototype, 'format', {
  set(this: object, format: (values: unknown) => unknown) {
    formats.set(this, format);
  },
  get(this: object) {
    return (values: unknown) => {
      if (isSpeechless) throw new Error('nothing can be worded');
      return formats.get(this)!(values);
    };
  },
});
const nothingCanBeWorded: Fault = () => {
  isSpeechless = true;
  return () => (isSpeechless = false);
};

// 2. The database: triggers refuse one kind of change, as a full disk or a lost permission would.
/** `late`: only when the transaction is to be committed. */
const refuses =
  ({ change, when, late = false }: { change: string; when: string; late?: boolean }): Fault =>
  async () => {
    await db.$executeRawUnsafe(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'refused by the test'; END $$`);
    await db.$executeRawUnsafe(`CREATE ${late ? 'CONSTRAINT' : ''} TRIGGER refused ${late ? 'AFTER' : 'BEFORE'} ${change}
      ${late ? 'DEFERRABLE INITIALLY DEFERRED' : ''} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION refuse()`);
    return () => db.$executeRawUnsafe('DROP FUNCTION refuse() CASCADE');
  };

// 3. The platforms.
const graph =
  (what: Disturbance): Fault =>
  (place) =>
    place.messenger.disturb({ ...what, times: Infinity });
const pageTokenCannotBeOpened: Fault = async ({ metaPageId }) => {
  const pages = await db.page.findMany({ where: { metaPageId } });
  await db.page.updateMany({
    where: { metaPageId },
    data: { accessToken: Buffer.from('not encrypted by us') },
  });
  return async () => {
    for (const { id, accessToken: token } of pages)
      await db.page.updateMany({ where: { id }, data: { accessToken: token } });
  };
};

/**
 * Each lasts until it is mended. `beforeTheSave`: nothing can be saved meanwhile, so what the person did stands only afterwards. `never`:
 * Meta may have said it, so that it is given up after a second try.
 */
export const FAULTS: Record<
  string,
  { fault: Fault; beforeTheSave?: true; shopifyIsSilent?: true; never?: true }
> = {
  'nothing can be worded': { fault: nothingCanBeWorded },
  'no answer can be kept': { fault: refuses({ change: 'INSERT ON replies', when: 'true' }) },
  'no handled event can be taken out': {
    fault: refuses({ change: 'DELETE ON webhook_events', when: 'true' }),
    beforeTheSave: true,
  },
  'nothing can be committed': {
    fault: refuses({ change: 'INSERT ON processed_events', when: 'true', late: true }),
    beforeTheSave: true,
  },
  'Shopify answers 500': {
    fault: (place) => place.shopify.disturb({ kind: 'refuse', status: 500, times: Infinity }),
    shopifyIsSilent: true,
  },
  'Graph can’t be reached': { fault: graph({ kind: 'drop_request' }), never: true },
  'Graph’s answer is lost': { fault: graph({ kind: 'lose_reply' }) },
  'the Page’s token is dead': { fault: graph({ kind: 'refuse', fault: { code: 190, message: 'dead' } }) },
  'the Page’s token can’t be opened': { fault: pageTokenCannotBeOpened },
};

// 4. The database, statement by statement: of the n-th transaction that is begun, the n-th statement fails.
type Query = (...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;

/** Until it is ended. `failed`: the statements that did. */
export function failEachStatement() {
  let begun = 0;
  const failed: string[] = [];
  const open = new WeakMap<object, { nth: number; at: number }>();
  pg.Client.prototype.query = function failing(this: object, ...args: unknown[]): unknown {
    const [first] = args;
    const text = String((first as { text?: string }).text ?? first).trim();
    if (/^BEGIN/i.test(text)) {
      open.set(this, { nth: (begun += 1), at: 0 });
      return query.apply(this, args);
    }
    const within = open.get(this);
    if (within === undefined) return query.apply(this, args);
    const isEnd = /^(COMMIT|ROLLBACK)$/i.test(text);
    if (isEnd) open.delete(this);
    within.at += 1;
    if (within.at !== within.nth || /^ROLLBACK/i.test(text)) return query.apply(this, args);
    failed.push(text);
    const fail = () => query.call(this, `DO $$ BEGIN RAISE EXCEPTION 'failed by the test'; END $$`);
    // A server that fails at the commit has rolled back by then.
    return isEnd ? (query.call(this, 'ROLLBACK') as Promise<unknown>).then(fail) : fail();
  } as unknown as typeof pg.Client.prototype.query;
  return { failed, end: () => void (pg.Client.prototype.query = query as never) };
}
