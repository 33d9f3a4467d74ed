// A queue in which shops take turns, and within a shop its restocks.
export type QueueEntry = {
  restockId: bigint;
  shopId: bigint;
  variantId: bigint;
  pageId: bigint;
  isTest: boolean;
  /** The Page's connection is in a trouble that may pass by itself. */
  hasIssue: boolean;
};

export type FairQueue = {
  /** What is open now, as just read; whoever was found empty before is asked again. */
  renew(open: QueueEntry[]): void;
  /** Who has waited longest for a turn, among those that `may`. */
  next(may?: (entry: QueueEntry) => boolean): QueueEntry | undefined;
  /** It had its turn: next time it stands last, and so does its shop. */
  served(entry: QueueEntry): void;
  /** Nobody is left there for now. */
  isEmpty(entry: QueueEntry): void;
  open(): QueueEntry[];
};

export function createFairQueue(): FairQueue {
  let open: QueueEntry[] = [];
  const empty = new Set<bigint>();
  const shopServed = new Map<bigint, number>();
  const restockServed = new Map<bigint, number>();
  let round = 0;

  const waited = (entry: QueueEntry) =>
    [shopServed.get(entry.shopId) ?? 0, restockServed.get(entry.restockId) ?? 0] as const;
  const before = (a: QueueEntry, b: QueueEntry) => {
    const [[shopA, restockA], [shopB, restockB]] = [waited(a), waited(b)];
    return shopA !== shopB ? shopA < shopB : restockA < restockB;
  };

  return {
    renew(found) {
      open = found;
      empty.clear();
      const known = new Set(found.map((entry) => entry.restockId));
      for (const id of restockServed.keys()) if (!known.has(id)) restockServed.delete(id);
    },
    next(may = () => true) {
      let first: QueueEntry | undefined;
      for (const entry of open)
        if (!empty.has(entry.restockId) && may(entry) && (first === undefined || before(entry, first)))
          first = entry;
      return first;
    },
    served({ shopId, restockId }) {
      round += 1;
      shopServed.set(shopId, round);
      restockServed.set(restockId, round);
    },
    isEmpty(entry) {
      empty.add(entry.restockId);
    },
    open: () => open,
  };
}
