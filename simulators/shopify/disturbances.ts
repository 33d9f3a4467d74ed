// What the caller may turn to make Shopify difficult: slowness, refusals, and connections that die before or after the work is done.

/** Thrown by `handle` when the caller must see its connection die instead of an answer: the host destroys the socket. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

export type Disturbance =
  /** Everything happened, and the caller never hears of it. */
  (
    | { kind: 'lose_reply' }
    /** Nothing happened: the call never reached Shopify. */
    | { kind: 'drop_request' }
    | { kind: 'slow'; ms: number }
    /** Any bare HTTP status: 500, 502, 503, 401, 402, 423, 429 ... */
    | { kind: 'refuse'; status: number }
    /** HTTP 200 with the code THROTTLED; only the Admin API speaks so. */
    | { kind: 'throttle' }
  ) & {
    /** How many calls it meets; 1 unless told, `Infinity` until it is ended. */
    times?: number;
    only?: { door?: 'admin' | 'token'; shop?: string; operation?: string };
  };

type Call = { door: 'admin' | 'token'; shop: string; operation?: string };

export function createDisturbances() {
  type Live = { what: Disturbance; left: number };
  let live: Live[] = [];
  return {
    /** Returns the switch that ends it. */
    add(what: Disturbance): () => void {
      const one = { what, left: what.times ?? 1 };
      live.push(one);
      return () => {
        live = live.filter((other) => other !== one);
      };
    },
    clear(): void {
      live = [];
    },
    /** All that meet this call; each is counted down. */
    meet(call: Call): Disturbance[] {
      const met = live.filter(({ what: { only } }) =>
        Object.entries(only ?? {}).every(([key, value]) => call[key as keyof Call] === value),
      );
      for (const one of met) one.left -= 1;
      live = live.filter((one) => one.left > 0);
      return met.map((one) => one.what);
    },
  };
}
