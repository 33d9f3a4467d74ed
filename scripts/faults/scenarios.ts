// Faults that are no death: a frozen worker that thaws, PostgreSQL killed, and a Messenger that loses, fails, refuses and dawdles.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { faults as metaFaults } from '../../simulators/messenger/graph-answer.ts';
import { holdsWithin, type FaultWorld } from './world.ts';
import type { Row } from './kill.ts';

type Given = { faults: FaultWorld; size: number; databaseUrl: string; frozenSeconds?: number };
/** `begin`: new shoppers wait, and their stock returns; `first` is done right before it does. */
export type Scenario = (
  given: Given & { begin: (first?: () => void | Promise<void>) => Promise<{ id: string }[]> },
) => Promise<string>;

export const NOT_REACHED = 'NOT REACHED';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** Longer than a lease (1.6 s) by far: whoever wakes after it is a ghost. */
const FROZEN_SECONDS = 6;

/** A second worker beside the app's own, as a second machine would run it: whichever meets a point first is struck. */
function anotherWorker({ faults, databaseUrl }: Pick<Given, 'faults' | 'databaseUrl'>) {
  const argv = ['scripts/lifeline.mjs', 'simulators/network/preload.ts'].flatMap((file) => [
    '--import',
    root(file),
  ]);
  const child = spawn(process.execPath, [...argv, root('scripts/start.ts')], {
    cwd: root('.'),
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      ...faults.environment,
      DATABASE_URL: databaseUrl,
      SIMULATORS_ADDRESS: faults.simulators(),
      LIFELINE: String(process.pid),
      ROLE: 'worker',
      HEALTH_PORT: '0',
    },
  });
  return {
    pid: child.pid!,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Freezes the worker at a point; another one takes over; then the first wakes and goes on where it was. */
const frozenAt =
  (point: string): Scenario =>
  async ({ faults, begin, databaseUrl, frozenSeconds = FROZEN_SECONDS }) => {
    faults.arm({ role: 'worker', point, nth: 1, signal: 'SIGSTOP' });
    const other = anotherWorker({ faults, databaseUrl });
    try {
      const shoppers = await begin();
      const frozen = await holdsWithin(30_000, () => faults.isHit('worker'));
      faults.disarm('worker');
      if (!frozen) return NOT_REACHED;
      await wait(frozenSeconds * 1_000);
      const meanwhile = shoppers.filter((one) => faults.notified(one) > 0).length;
      process.kill(faults.hit('worker').pid, 'SIGCONT');
      await holdsWithin(20_000, () => shoppers.every((one) => faults.notified(one) > 0));
      return `${meanwhile} of ${shoppers.length} told while it was frozen for ${frozenSeconds} s`;
    } finally {
      faults.disarm('worker');
      await other.stop();
    }
  };

/** Of two workers the one that has the work dies with it in hand; the other one goes on. */
const takenOver: Scenario = async ({ faults, begin, databaseUrl }) => {
  const other = anotherWorker({ faults, databaseUrl });
  try {
    if (!(await holdsWithin(30_000, () => faults.pidOf('worker') === other.pid))) return NOT_REACHED;
    faults.arm({
      role: 'worker',
      point: 'worker: after UPDATE subscriptions + INSERT notifications*',
      nth: 1,
      signal: 'SIGKILL',
    });
    const shoppers = await begin();
    const died = await holdsWithin(30_000, () => faults.isHit('worker'));
    faults.disarm('worker');
    if (!died) return NOT_REACHED;
    const { at: diedAt } = faults.hit('worker');
    await holdsWithin(20_000, () => shoppers.every((one) => faults.notified(one) > 0));
    const ids = new Set(shoppers.map((one) => one.id));
    const first = faults.world.messenger
      .ledger()
      .find((line) => line.paidBy === 'token' && ids.has(line.personId) && line.at >= diedAt);
    return first
      ? `first told ${((first.at - diedAt) / 1_000).toFixed(2)} s after the death`
      : 'told by nobody yet';
  } finally {
    faults.disarm('worker');
    await other.stop();
    await faults.kill('worker');
  }
};

/** The sends of one telling meet these; what they do to a call and how many calls they meet is said in the simulator's own words. */
const disturbed =
  (...what: Parameters<FaultWorld['world']['messenger']['disturb']>[0][]): Scenario =>
  async ({ faults, begin }) => {
    for (const each of what) faults.world.messenger.disturb({ only: { paidBy: 'token' }, ...each });
    const shoppers = await begin();
    await holdsWithin(8_000, () => shoppers.every((one) => faults.notified(one) > 0));
    return `${shoppers.filter((one) => faults.notified(one) > 0).length} of ${shoppers.length} told within 8 s`;
  };

const always = { times: Number.MAX_SAFE_INTEGER };

export const scenarios: Record<string, Scenario> = {
  'the worker freezes before a call, and wakes as a ghost': frozenAt(
    'worker: before POST Meta /N/messages, the notice',
  ),
  'the worker freezes after a call, and wakes as a ghost': frozenAt(
    'worker: after POST Meta /N/messages, the notice',
  ),
  'one of two workers dies with messages in hand, and the other goes on': takenOver,
  'replies are lost (5 %, at least one), calls fail after delivery (2 %)': disturbed(
    { kind: 'lose_reply', ...always, chance: 0.05 },
    { kind: 'lose_reply', times: 1 },
    { kind: 'fail_after', ...always, chance: 0.02 },
    { kind: 'fail_after', times: 1 },
  ),
  'calls that never arrive': disturbed({ kind: 'drop_request', times: 2 }),
  'refusals of rate': disturbed({ kind: 'refuse', fault: metaFaults.rate, times: 4 }),
  'a slow Messenger, before and after': disturbed(
    { kind: 'slow', ms: 1_500, ...always, chance: 0.3 },
    { kind: 'slow', ms: 1_500, after: true, ...always, chance: 0.3 },
  ),
};

/** Each scenario with new shoppers; all are judged together at the end. */
export async function runScenarios({
  names = Object.keys(scenarios),
  more = {},
  match = '',
  print,
  ...given
}: Given & {
  names?: string[];
  /** Scenarios that need more than the world has. */ more?: Record<string, Scenario>;
  /** Only those whose name has this in it. */ match?: string;
  print: (line: string) => void;
}): Promise<Row[]> {
  const { faults, size } = given;
  const all = { ...scenarios, ...more };
  const ran: { name: string; what: string; shoppers: { id: string }[] }[] = [];
  for (const name of [...names, ...Object.keys(more)].filter((each) => each.includes(match))) {
    let shoppers: { id: string }[] = [];
    const what = await all[name]!({
      ...given,
      begin: async (first) => {
        const wish = faults.freshWish();
        shoppers = await faults.queue({ wish, size });
        await faults.saved();
        await first?.();
        faults.stock({ wish, available: 1_000 });
        return shoppers;
      },
    });
    faults.world.messenger.resetFaultOptions();
    ran.push({ name, what, shoppers });
    print(`  ${name}: ${what}`);
  }
  const wrong = await faults.outcome();
  const rows = ran.map(({ name, what, shoppers }): Row => {
    const odd = shoppers.filter((one) => faults.notified(one) !== 1);
    const ok = odd.length === 0 && shoppers.length > 0 && what !== NOT_REACHED;
    return {
      point: name,
      ok,
      result: `${shoppers.length - odd.length} of ${shoppers.length} told once (${what})`,
    };
  });
  return [
    ...rows,
    {
      point: 'everybody, at the end',
      ok: wrong.length === 0,
      result: wrong.join('; ') || 'once each, books balance',
    },
  ];
}
