// `npm run demo`: the whole story on one page, to be played by hand; with `--play` it plays itself, and its exit code is the verdict.
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { serveByHand } from '../simulators/demo/by-hand.ts';
import { startDemoWorld, type DemoWorld } from '../simulators/demo/demo-world.ts';
import { play } from '../simulators/demo/play.ts';
import { tellStory } from '../simulators/demo/story.ts';
import { buildApp } from './build.ts';
import { launchChromium } from './chromium.ts';
import { withLock } from './lock.mjs';
import { erasePostgres, startPostgres, type Postgres } from './postgres.ts';

const PORT = 4600;
const options = process.argv.slice(2);
const playing = options.includes('--play');
const folder = join('.data', playing ? 'play' : 'demo');
const logFile = join(folder, 'app.log');
const say = (line: string) => void process.stdout.write(`${line}\n`);

const unknown = options.filter((option) => option !== '--play' && option !== '--fresh');
if (unknown.length > 0) {
  process.stderr.write(`The demo knows --play and --fresh, not ${unknown.join(' ')}.\n`);
  process.exit(64);
}

/** What has to be ended, the last begun first. */
const toEnd: (() => Promise<unknown> | unknown)[] = [];
let ending: Promise<void> | undefined;
const end = () =>
  (ending ??= (async () => {
    for (const each of toEnd.reverse()) await Promise.resolve(each()).catch(() => undefined);
  })());
async function endNow(): Promise<never> {
  await end();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void endNow());

async function begin(): Promise<DemoWorld> {
  const database = join(folder, 'postgres');
  if (playing || options.includes('--fresh')) {
    await erasePostgres({ folder: database });
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  buildApp({ say });
  say('Starting PostgreSQL, the stand-ins and the app ...');
  const postgres: Postgres = await startPostgres({ folder: database, endsWithMe: true, say });
  toEnd.push(() => postgres.stop());
  const demo = await startDemoWorld({
    folder,
    databaseUrl: postgres.url,
    say,
    onLog: (line) => appendFileSync(logFile, `${line}\n`),
  });
  toEnd.push(() => demo.stop());
  return demo;
}

async function playItself(demo: DemoWorld): Promise<void> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'stand-ins' }], {
    keySize: 2048,
  });
  const secure = await demo.world.serveSecurely({ key, cert });
  toEnd.push(() => secure.stop());
  const browser = await launchChromium({ hosts: { '*': `127.0.0.1:${secure.port}` }, say });
  toEnd.push(() => browser.close());
  const pictures = join(folder, 'pictures');
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1180, height: 860 },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
  });
  await play({ demo, browser: context, pictures, say });
  say(`\nTold once, and only once. Pictures of each step: ${pictures}`);
}

async function byHand(demo: DemoWorld): Promise<void> {
  const { address, stop } = await serveByHand({ world: demo.world, apiKey: demo.keys.apiKey, wanted: PORT });
  toEnd.push(stop);
  tellStory({ world: demo.world, say });
  say(
    `\n  Open ${address}\n\n  (Ctrl-C ends it; the next start goes on from here, --fresh starts over. The app's log: ${logFile})\n`,
  );
}

mkdirSync('.data', { recursive: true });
await withLock({
  path: join('.data', `${playing ? 'play' : 'demo'}.lock`),
  onWait: (holder: string) =>
    say(`Another demo of this checkout is running (process ${holder}); waiting for its end ...`),
  work: async () => {
    try {
      const demo = await begin();
      if (playing) await playItself(demo);
      else {
        await byHand(demo);
        await new Promise<never>(() => undefined);
      }
    } catch (error) {
      if (ending === undefined) {
        process.exitCode = 1;
        process.stderr.write(
          `${error instanceof Error ? error.message : String(error)}\nThe app's own words are in ${logFile}.\n`,
        );
      }
    } finally {
      await end();
    }
  },
});
process.exit();
