// A queue in which shops take turns, and within a shop its restocks.
export type QueueEntry = {
  restockId: bigint;
  shopId: bigint;
  variantId: bigint;
  pageId: bigint;
  isTest: boolean;
  /** The Page's connection is in a trouble that may pass by itself. */
  troubled: boolean;
};

export type FairQueue = {
  /** What is open now, as just read; whoever was found empty before is asked again. */
  renew(open: QueueEntry[]): void;
  /** Who has waited longest for a turn, among those that `may`. */
  next(may?: (turn: QueueEntry) => boolean): QueueEntry | undefined;
  /** It had its turn: next time it stands last, and so does its shop. */
  served(turn: QueueEntry): void;
  /** Nobody is left there for now. */
  isEmpty(turn: QueueEntry): void;
  open(): QueueEntry[];
};

export function createFairQueue(): FairQueue {
  let open: QueueEntry[] = [];
  const empty = new Set<bigint>();
  const shopServed = new Map<bigint, number>();
  const restockServed = new Map<bigint, number>();
  let round = 0;

  const waited = (turn: QueueEntry) =>
    [shopServed.get(turn.shopId) ?? 0, restockServed.get(turn.restockId) ?? 0] as const;
  const before = (a: QueueEntry, b: QueueEntry) => {
    const [[shopA, restockA], [shopB, restockB]] = [waited(a), waited(b)];
    return shopA !== shopB ? shopA < shopB : restockA < restockB;
  };

  return {
    renew(found) {
      open = found;
      empty.clear();
      const known = new Set(found.map((turn) => turn.restockId));
      for (const id of restockServed.keys()) if (!known.has(id)) restockServed.delete(id);
    },
    next(may = () => true) {
      let first: QueueEntry | undefined;
      for (const turn of open)
        if (!empty.has(turn.restockId) && may(turn) && (first === undefined || before(turn, first)))
          first = turn;
      return first;
    },
    served({ shopId, restockId }) {
      round += 1;
      shopServed.set(shopId, round);
      restockServed.set(restockId, round);
    },
    isEmpty(turn) {
      empty.add(turn.restockId);
    },
    open: () => open,
  };
}
