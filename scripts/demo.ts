// `npm run demo`: the whole story on one page, to try by hand; with `--play` it plays itself and exits with 0 only if it ends well.
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate } from 'selfsigned';
import { serveByHand } from '../simulators/demo/by-hand.ts';
import { startDemoWorld, type DemoWorld } from '../simulators/demo/demo-world.ts';
import { play } from '../simulators/demo/play.ts';
import { tellStory } from '../simulators/demo/story.ts';
import { buildApp } from './build.ts';
import { launchChromium } from './chromium.ts';
import { withLock } from './lock.mjs';
import { erasePostgres, startPostgres, type Postgres } from './database/embedded.ts';

const PORT = 4600;
const print = (line: string) => void process.stdout.write(`${line}\n`);

function readOptions(): { play: boolean; fresh: boolean; in?: string } {
  try {
    const { values } = parseArgs({
      options: { play: { type: 'boolean' }, fresh: { type: 'boolean' }, in: { type: 'string' } },
    });
    return { play: values.play ?? false, fresh: values.fresh ?? false, in: values.in };
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}\nThe demo knows --play (plays itself), --fresh (starts over) and --in FOLDER (keeps its data there).\n`,
    );
    process.exit(64);
  }
}
const options = readOptions();
const folder = options.in ?? join('.data', options.play ? 'play' : 'demo');
const logFile = join(folder, 'app.log');

/** What has to be ended, the last begun first. */
const toEnd: (() => Promise<unknown>)[] = [];
async function end(): Promise<void> {
  for (const each of toEnd.splice(0).reverse()) await each().catch(() => undefined);
}
const stopped = Promise.withResolvers<'stopped'>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopped.resolve('stopped');
  });

async function begin(): Promise<DemoWorld> {
  const database = join(folder, 'postgres');
  if (options.play || options.fresh) {
    await erasePostgres({ folder: database });
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  await buildApp({ print });
  print('Starting PostgreSQL, the simulators and the app ...');
  const postgres: Postgres = await startPostgres({ folder: database, endsWithMe: true, print });
  toEnd.push(() => postgres.stop());
  const demo = await startDemoWorld({
    folder,
    databaseUrl: postgres.url,
    print,
    onLog: (line) => appendFileSync(logFile, `${line}\n`),
  });
  toEnd.push(() => demo.stop());
  return demo;
}

async function playItself(demo: DemoWorld): Promise<void> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'simulators' }], {
    keySize: 2048,
  });
  const secure = await demo.world.serveSecurely({ key, cert });
  toEnd.push(() => secure.stop());
  const browser = await launchChromium({ hosts: { '*': `127.0.0.1:${secure.port}` }, print });
  toEnd.push(() => browser.close());
  const pictures = join(folder, 'pictures');
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1180, height: 860 },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
  });
  await play({ demo, browser: context, pictures, print });
  print(`\nNotified once, and only once. Pictures of each step: ${pictures}`);
}

async function byHand(demo: DemoWorld): Promise<void> {
  const { address, stop } = await serveByHand({ world: demo.world, apiKey: demo.keys.apiKey, wanted: PORT });
  toEnd.push(stop);
  tellStory({ world: demo.world, print });
  print(
    `\n  Open ${address}\n\n  (Ctrl-C ends it; the next start continues from here, --fresh starts over. The app's log: ${logFile})\n`,
  );
}

async function perform(): Promise<void> {
  const demo = await begin();
  if (options.play) return playItself(demo);
  await byHand(demo);
  await stopped.promise;
}

await withLock({
  path: `${folder}.lock`,
  onWait: (holder: string) =>
    print(`Another demo of this checkout is running (process ${holder}); waiting for its end ...`),
  work: async () => {
    try {
      await Promise.race([perform(), stopped.promise]);
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(
        `${error instanceof Error ? error.message : String(error)}\nThe app's own words are in ${logFile}.\n`,
      );
    } finally {
      await end();
    }
  },
});
process.exit();
