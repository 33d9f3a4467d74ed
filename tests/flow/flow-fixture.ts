// A shop with a workflow in Flow, and the worker's handler for it, called as the worker calls it.
import { randomUUID } from 'node:crypto';
import { explainIssue } from '../../app/i18n/admin.ts';
import { shopsWithPendingFlowEvents } from '../../app/flow/pending-events.server.ts';
import { createFlowSender } from '../../app/flow/send-triggers.server.ts';
import { releaseLease } from '../../app/jobs/lease.server.ts';
import { clock, createShop, type Fixture } from '../stock/stock-fixture.ts';

const always = new AbortController().signal;

export async function openFlowShop({
  uses = ['waitlist-joined'],
  ...settings
}: { uses?: string[]; sendPolicy?: 'all_at_once'; locale?: string } = {}) {
  const fixture = await createShop(settings);
  for (const handle of uses) await fixture.shopify.flow.turn({ shop: fixture.domain, handle, on: true });
  return { ...fixture, ...flowOf(fixture) };
}

/** Each call is a worker of its own, without any memory of the one before. */
export function flowOf(fixture: Fixture) {
  const { shopId, domain, shopify } = fixture;
  let worker = createFlowSender({ clock, explain: explainIssue });
  return {
    received: () => shopify.flow.received(domain),
    ids: () => shopify.flow.received(domain).map(({ payload }) => payload['Event ID']),
    of: (handle: string) =>
      shopify.flow
        .received(domain)
        .filter((each) => each.handle === handle)
        .map(({ payload }) => payload),
    due: async () => (await shopsWithPendingFlowEvents({ now: clock() })).includes(shopId),
    anotherWorker: () => {
      worker = createFlowSender({ clock, explain: explainIssue });
    },
    /** What the worker does when its round finds the shop; answers when it will come again. */
    async tell({ signal = always }: { signal?: AbortSignal } = {}): Promise<Date | null> {
      for (;;) {
        const lease = await fixture.lease(randomUUID());
        try {
          const again = await worker({ shopId, lease, signal });
          // On a loaded machine a lease may run out before its work is done; the worker would take it again, too.
          const cutOff = again !== null && again <= clock() && !signal.aborted;
          if (!cutOff) return again;
        } finally {
          await releaseLease(lease);
        }
      }
    },
  };
}
