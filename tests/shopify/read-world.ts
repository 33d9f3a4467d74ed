// A shop and Shopify's bucket in virtual time, read by the real plan: what each call asks, what it costs, and when each variant was read.
import {
  type Bucket,
  fewer,
  moreAgain,
  type Planned,
  planRead,
  priceOf,
  QUERY_LIMIT,
  type ReadCall,
  type ReadPlan,
  type Rest,
  restored,
  UNKNOWN,
  VARIANTS_A_CALL,
} from '../../app/shopify/read-plan.ts';

/** `levels`: how many it really has; `known`: whether an earlier reading has found that; `changed`: what a probe would find. */
export type Stocked = { levels: number; known: boolean; news: boolean; changed?: boolean };

export type World = {
  variants: Stocked[];
  bucket: Bucket;
  /** Whether the app has had an answer before, and so knows what the bucket holds. */
  bucketKnown: boolean;
  /** How many times our own price Shopify asks. */
  dearness?: number;
  /** What happens meanwhile: news of a variant, or another process of the app that spends points. */
  events?: { atMs: number; news?: number; points?: number }[];
};

export type Run = {
  /** When each variant was read, in ms after the beginning. */
  readAt: number[];
  calls: { atMs: number; price: number; notified: ReadCall['of'] | 'refused' | 'too dear' }[];
};

/** What a reading of this variant costs at least: one that was never read is asked for its first five levels. */
export const least = ({ levels, known }: Stocked): number =>
  priceOf({ of: 'variants', ids: [1n], first: known ? levels : Math.max(5, levels) });

/** Runs until everything is read. @throws when a call begins a reading anew, and when there is no end of calls. */
export function run({ variants, bucket, bucketKnown, dearness = 1, events = [] }: World): Run {
  let nowMs = 0;
  const real = { bucket, atMs: 0 };
  let known = { bucket: bucketKnown ? bucket : UNKNOWN, atMs: 0 };
  let [atMost, dearer] = [VARIANTS_A_CALL, 1];
  const started = new Map<bigint, Rest>();
  const readAt = variants.map(() => NaN);
  const calls: Run['calls'] = [];
  const toCome = events.toSorted((a, b) => a.atMs - b.atMs);

  const dueOf = (at: number, news: boolean): Planned => {
    const { levels, known } = variants[at]!;
    // What was never read has nothing that a probe could be compared with.
    return { id: BigInt(at), levels: known ? levels : null, news, probed: !known, changed: false };
  };
  let due = newsFirst(variants.map(({ news }, at) => dueOf(at, news)));

  function passTo(ms: number): void {
    nowMs = Math.max(nowMs, ms);
    real.bucket = restored({ bucket: real.bucket, ms: nowMs - real.atMs });
    real.atMs = nowMs;
  }

  /** Shopify takes the requested price first; what the query did not use of it comes back with the answer. */
  function ask({ call }: ReadPlan): Run['calls'][number]['notified'] {
    const requested = Math.ceil(priceOf(call) * dearness);
    // Also a refusal says what was asked.
    dearer = requested / priceOf(call);
    if (requested > QUERY_LIMIT) return 'too dear';
    if (real.bucket.available < requested) return 'refused';
    if (call.of === 'probe') {
      for (const one of due.filter(({ id }) => call.ids.includes(id)))
        Object.assign(one, { probed: true, changed: variants[Number(one.id)]!.changed ?? false });
      real.bucket = { ...real.bucket, available: real.bucket.available - requested };
      return 'probe';
    }
    let used = 0;
    for (const id of call.of === 'variants' ? call.ids : [call.id]) {
      const after = Number(call.of === 'variants' ? 0 : call.after);
      if (after !== Number(started.get(id)?.after ?? 0)) throw new Error('A reading began anew.');
      const { levels } = variants[Number(id)]!;
      const read = Math.min(levels - after, call.first);
      used += priceOf(
        call.of === 'variants' ? { ...call, ids: [id], first: read } : { ...call, first: read },
      );
      started.delete(id);
      const left = levels - after - read;
      if (left > 0) {
        started.set(id, { of: 'levels', after: String(after + read), left });
        continue;
      }
      readAt[Number(id)] = nowMs;
      due = due.filter((one) => one.id !== id);
    }
    real.bucket = { ...real.bucket, available: real.bucket.available - Math.ceil(used * dearness) };
    return call.of;
  }

  while (due.length > 0 || toCome.length > 0) {
    const [event] = toCome;
    const plan =
      due.length > 0
        ? planRead({
            wanted: due,
            started,
            bucket: restored({ bucket: known.bucket, ms: nowMs - known.atMs }),
            atMost,
            dearer,
          })
        : undefined;
    if (event && event.atMs <= nowMs + (plan?.waitMs ?? Infinity)) {
      toCome.shift();
      passTo(event.atMs);
      const { available } = real.bucket;
      real.bucket = { ...real.bucket, available: Math.max(0, available - (event.points ?? 0)) };
      if (event.news === undefined) continue;
      const one = dueOf(event.news, true);
      due = newsFirst([...due.filter(({ id }) => id !== one.id), one]);
      continue;
    }
    passTo(nowMs + plan!.waitMs);
    const notified = ask(plan!);
    calls.push({ atMs: nowMs, price: plan!.price, notified });
    if (calls.length > 50_000) throw new Error('There is no end of calls.');
    atMost = notified === 'refused' || notified === 'too dear' ? fewer(plan!.call) : moreAgain(atMost);
    if (notified !== 'too dear')
      known = { bucket: { ...real.bucket, available: Math.floor(real.bucket.available) }, atMs: nowMs };
  }
  return { readAt, calls };
}

const newsFirst = (those: Planned[]): Planned[] => [
  ...those.filter((one) => one.news),
  ...those.filter((one) => !one.news),
];
