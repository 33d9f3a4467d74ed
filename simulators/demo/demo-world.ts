// The demo as it stands between two starts: its keys, the simulators' memory, and the app with everything around it.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createWorld, type Keys } from '../world.ts';
import { APP_URL, environmentOf, createShop, makeKeys, SHOP } from './seed.ts';
import { connectPage, fromAdmin, passTest } from './merchant.ts';
import { runApp } from './run-app.ts';

type Given = {
  folder: string;
  databaseUrl: string;
  print: (line: string) => void;
  onLog: (line: string) => void;
  /** What the app's processes are told besides: the fault runs watch them at work. */
  environment?: Record<string, string>;
};
type Kept = { keys: Keys; encryptionKey: string };

export type DemoWorld = Awaited<ReturnType<typeof startDemoWorld>>;

/** Waits until `holds`; says what it waited for when a minute was not enough. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (await holds()) return;
    await wait(50);
  }
  throw new Error(`Waited a minute for ${what}.`);
}

/** Starts simulators and app. The first time the merchant connects the Page and passes the test; later all is as it was left. */
export async function startDemoWorld({ folder, databaseUrl, print, onLog, environment }: Given) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { keys, encryptionKey } = readKept(join(folder, 'keys.json'));
  const memory = join(folder, 'simulators.json');

  let address = '';
  const world = await createWorld({
    now: () => new Date(),
    keys,
    appUrl: APP_URL,
    appAddress: () => address,
  });
  const known = existsSync(memory);
  if (known) world.restore(readFileSync(memory, 'utf8'));
  else createShop({ world, keys });

  const network = await world.serve();
  const app = await runApp({
    environment: { ...environmentOf({ keys, encryptionKey }), ...environment },
    databaseUrl,
    simulatorsAddress: `http://127.0.0.1:${network.port}`,
    onLog,
  });
  address = app.address;

  let written = '';
  function save(): void {
    const now = world.snapshot();
    if (now === written) return;
    // Written beside and moved over: a kill in between leaves the memory that was there.
    writeFileSync(`${memory}.new`, now, { mode: 0o600 });
    renameSync(`${memory}.new`, memory);
    written = now;
  }

  if (!known) {
    print('The merchant opens the app for the first time ...');
    const opened = await fromAdmin({
      world,
      path:
        '/app?embedded=1&shop=' +
        SHOP +
        '&host=' +
        Buffer.from('admin.shopify.com/store/demo').toString('base64').replaceAll('=', ''),
    });
    if (opened.status !== 200)
      throw new Error(`The app's Home answered ${opened.status}: ${(await opened.text()).slice(0, 300)}`);
    print('... connects the Facebook Page "Linen & Sons" ...');
    await connectPage({ world });
    print('... and tests it on their own phone.');
    await passTest({ world, until });
    await until(
      'the storefront to be told',
      () =>
        world.shopify.store
          .installationOf({ shop: SHOP, apiKey: keys.apiKey })
          ?.metafields.some(({ key, value }) => key === 'ready' && value === 'true') ?? false,
    );
    save();
  }

  const stopPumping = world.shopify.webhooks.keepPumping();
  const everySecond = setInterval(() => {
    world.messenger.tick();
    save();
  }, 1_000);
  return {
    world,
    app,
    keys,
    /** Resolves once nothing is under way: no webhook on the road, no event, look or message waiting in the app. */
    async quiet(): Promise<void> {
      await until('everything to come to rest', async () => {
        await world.untilIdle();
        const { events, replies, stockChecks, unfinished } = await app.lag();
        return events + replies + stockChecks + unfinished === 0;
      });
    },
    async stop(): Promise<void> {
      clearInterval(everySecond);
      stopPumping();
      await app.stop();
      await network.stop();
      save();
    },
  };
}

function readKept(path: string): Kept {
  if (!existsSync(path))
    writeFileSync(
      path,
      JSON.stringify({ keys: makeKeys(), encryptionKey: randomBytes(32).toString('base64') } satisfies Kept),
      { mode: 0o600 },
    );
  return JSON.parse(readFileSync(path, 'utf8')) as Kept;
}
