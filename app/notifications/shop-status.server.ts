// A shop's Pages now: the current one, and which Pages can reach waiting shoppers.
import { db } from '../db.server.ts';
import {
  type OpenCircuit,
  pageStatus,
  type PageStatus,
  type Sending,
  sendingThrough,
} from '../messenger/page-status.ts';
import type { Page } from '../messenger/pages.server.ts';

export type ShopStatus = {
  /** The Page that speaks for the shop. */ page: Page | null;
  status: PageStatus;
  /** The shop's connected Pages, former ones included, by what leaves through them. */ reach: Reach;
};

/** Reads a few rows: every screen may ask. */
export async function shopStatus({ shopId }: { shopId: bigint }): Promise<ShopStatus> {
  const pages = await db.page.findMany({ where: { shopId, disconnectedAt: null } });
  const circuits = await openCircuits(pages);
  const facts = (one: Page) => ({ ...one, circuit: circuits.get(one.metaPageId) ?? null });
  const through = (sending: Sending) =>
    pages.filter((one) => sendingThrough(facts(one)) === sending).map(({ id }) => id);
  const page = pages.find(({ replacedAt }) => replacedAt === null) ?? null;
  return {
    page,
    status: pageStatus(page && facts(page)),
    reach: { on: through('on'), probing: through('probing'), off: through('off') },
  };
}

/** By Meta's id of the Page: why nothing leaves through it, whichever shop asks. */
export async function openCircuits(pages: { metaPageId: string }[]): Promise<Map<string, OpenCircuit>> {
  const senders = await db.pageSender.findMany({
    where: { metaPageId: { in: pages.map(({ metaPageId }) => metaPageId) }, pausedAt: { not: null } },
  });
  return new Map(
    senders.map(({ metaPageId, pauseReason }) => [metaPageId, (pauseReason ?? 'silence') as OpenCircuit]),
  );
}

/** The connected Pages of a shop, by what leaves through them. */
export type Reach = Record<Sending, bigint[]>;
