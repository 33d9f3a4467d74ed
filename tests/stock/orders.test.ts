// No false "it's back": every order of seven events, every choice of duplicated webhooks, against an oracle that knows nothing of our code.
import { expect, test } from 'vitest';
import { decide, isSame, remainingQuota, type RestockState } from '../../app/stock/decide.ts';
import type { VariantState } from '../../app/shopify/variant-queries.ts';
import { finding, level, settings, truth } from './decision-inputs.ts';

type World = {
  warehouse: number;
  counter: number;
  second: number;
  status: VariantState['status'];
  published: boolean;
  tracked: boolean;
  policy: VariantState['policy'];
  secondOpen: boolean;
};
type Event = (world: World) => void;

/** Two scripts of seven, since more than seven things can happen to a variant. */
const scripts: Record<string, { begins: World; events: Event[] }> = {
  'stock at three places': {
    begins: {
      warehouse: 0,
      counter: 4,
      second: 0,
      status: 'ACTIVE',
      published: true,
      tracked: true,
      policy: 'DENY',
      secondOpen: true,
    },
    events: [
      (world) => (world.warehouse = 5),
      (world) => (world.warehouse = 0),
      (world) => (world.second = 3),
      (world) => (world.second = -5),
      (world) => (world.secondOpen = !world.secondOpen),
      (world) => (world.counter = 0),
      (world) => (world.warehouse += 1),
    ],
  },
  'stock and what surrounds it': {
    begins: {
      warehouse: 0,
      counter: 0,
      second: 0,
      status: 'ACTIVE',
      published: true,
      tracked: true,
      policy: 'DENY',
      secondOpen: true,
    },
    events: [
      (world) => (world.warehouse = 5),
      (world) => (world.warehouse = 0),
      (world) => (world.published = !world.published),
      (world) => (world.status = world.status === 'ACTIVE' ? 'DRAFT' : 'ACTIVE'),
      (world) => (world.policy = world.policy === 'DENY' ? 'CONTINUE' : 'DENY'),
      (world) => (world.tracked = !world.tracked),
      (world) => (world.second = 2),
    ],
  },
};

/** Written without a look at our own rule, in the order of a shopkeeper's thoughts. */
function forSale(world: World): boolean {
  const online = world.warehouse + (world.secondOpen ? world.second : 0);
  const mayBeSeen = world.published && (world.status === 'ACTIVE' || world.status === 'UNLISTED');
  return mayBeSeen && (!world.tracked || online > 0);
}

/** What Shopify says: it also sells by CONTINUE, and it counts the shop's counter. */
const seen = (world: World): VariantState => {
  const levels = [
    level(world.warehouse),
    level(world.counter, { locationId: 2n, fulfillsOnlineOrders: false }),
    level(world.second, { locationId: 3n, locationActive: world.secondOpen }),
  ];
  const all = world.warehouse + world.counter + (world.secondOpen ? world.second : 0);
  return truth({
    levels,
    status: world.status,
    published: world.published,
    tracked: world.tracked,
    policy: world.policy,
    availableForSale: !world.tracked || world.policy === 'CONTINUE' || all > 0,
  });
};

function* orders<T>(items: T[]): Generator<T[]> {
  if (items.length <= 1) yield items;
  else
    for (const [index, item] of items.entries())
      for (const rest of orders([...items.slice(0, index), ...items.slice(index + 1)])) yield [item, ...rest];
}

const chosen = settings({ restockCooldownMinutes: 30 });
const LINE = 3;
/** Every order is always played; of the 128 choices of duplicates each order gets its share, or all with `ORDERS=full`. */
const EVERY = process.env.ORDERS === 'full' ? 1 : 11;

/** One history: after each event one look, or two where its webhook came twice, and at the end one for each webhook that came hours late. */
function play({
  begins,
  order,
  twice,
}: {
  begins: World;
  order: Event[];
  twice: number;
}): string | undefined {
  const world = { ...begins };
  let row: RestockState | null = null;
  let notified = 0;
  let everForSale = false;
  const minute = (at: number) => new Date(Date.UTC(2026, 10, 22) + at * 60_000);
  const check = (at: number): string | undefined => {
    const oracle = forSale(world);
    everForSale ||= oracle;
    const found = finding({ is: seen(world), with: chosen });
    if (found.availability!.available !== oracle)
      return `sellable is ${found.availability!.available}, the oracle says ${oracle}`;
    const waiting = LINE - notified;
    const bears = oracle ? remainingQuota({ availability: found.availability!, settings: chosen }) : 0;
    if (notified > 0 && !isSame({ restock: row, settings: chosen, now: minute(at) }) && waiting > 0)
      return 'told only some of a line that fits';
    const decision = decide({
      check: found,
      restock: row,
      settings: chosen,
      waiting: Math.min(waiting, bears + 1),
      claimedCount: notified,
      now: minute(at),
    });
    row = decision.restock ?? row;
    const open = row !== null && row.closedAt === null;
    if (open && !oracle) return 'open while not for sale';
    if (oracle && waiting > 0 && !open) return 'not open while for sale';
    if (!open) return undefined;
    const claims = Math.min(waiting, row!.notificationQuota - notified);
    if (claims < 0) return 'an allowance below those told';
    notified += claims;
    return undefined;
  };
  for (const [index, event] of order.entries()) {
    event(world);
    for (let copy = 0; copy <= ((twice >> index) & 1); copy += 1) {
      const wrong = check(index);
      if (wrong !== undefined) return wrong;
    }
  }
  for (let index = 0; index < order.length; index += 1)
    if ((twice >> index) & 1) {
      const wrong = check(240 + index);
      if (wrong !== undefined) return wrong;
    }
  return notified === (everForSale ? LINE : 0)
    ? undefined
    : `${notified} of ${LINE} were told, for sale: ${everForSale}`;
}

test.each(Object.entries(scripts))(
  'all 5,040 orders of seven events, duplicates in every choice: %s',
  (_name, { begins, events }) => {
    let played = 0;
    let number = 0;
    const choices = new Set<number>();
    for (const order of orders(events.map((_event, index) => index))) {
      number += 1;
      for (let twice = number % EVERY; twice < 128; twice += EVERY) {
        const wrong = play({ begins, order: order.map((index) => events[index]!), twice });
        if (wrong !== undefined)
          expect.unreachable(`${wrong}: order ${order.join('')}, twice ${twice.toString(2)}`);
        choices.add(twice);
        played += 1;
      }
    }
    expect(number).toBe(5_040);
    expect(choices.size).toBe(128);
    expect(played).toBeGreaterThanOrEqual(Math.floor((5_040 * 128) / EVERY) - 5_040);
  },
  180_000,
);

test('the oracle has teeth: a rule that trusts Shopify’s own flag is caught', () => {
  const { begins, events } = scripts['stock at three places']!;
  let caught = false;
  for (const order of orders(events)) {
    const world = { ...begins };
    for (const event of order) {
      event(world);
      caught ||= seen(world).availableForSale !== forSale(world);
    }
  }
  expect(caught).toBe(true);
});
