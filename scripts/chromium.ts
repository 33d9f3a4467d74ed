// A Chromium to look through, wherever it comes from: named, installed, from Debian, or from npm.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium as playwright, type Browser } from 'playwright-core';
import { withLock } from './lock.mjs';

export type Chromium = { executablePath: string; env: Record<string, string> };

type Say = (line: string) => void;
const aloud: Say = (line) => void process.stderr.write(`${line}\n`);
const dataFolder = fileURLToPath(new URL('../.data', import.meta.url));

/** Finds a Chromium that starts, or gets one. Throws if there is none to be had: a missing browser is a failure, never a skip. */
export async function ensureChromium({ print = aloud }: { print?: Say } = {}): Promise<Chromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (starts({ executablePath: named, env: {} })) return { executablePath: named, env: {} };
    throw new Error(`CHROMIUM_PATH names ${named}, which does not start.`);
  }
  return (
    installed() ??
    (await withLock({
      path: join(dataFolder, 'chromium.lock'),
      work: async () => installed() ?? (await fromDebian({ print })) ?? (await fromNpm({ print })),
      onWait: () => print('Waiting for another start to bring a Chromium ...'),
    }))
  );
}

/** Starts it without a window. `hosts` says which address answers for a name; every other name but localhost leads nowhere. */
export async function launchChromium({
  hosts = {},
  oneProcess = false,
  print,
}: {
  hosts?: Record<string, string>;
  /** Frames of other origins share their page's process: what slows a page down then slows them too. */
  oneProcess?: boolean;
  print?: Say;
} = {}): Promise<Browser> {
  const { executablePath, env } = await ensureChromium({ print });
  const rules = [
    ...Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`),
    'MAP * ~NOTFOUND',
    'EXCLUDE localhost',
    'EXCLUDE *.localhost',
    'EXCLUDE 127.0.0.1',
  ];
  return playwright.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    // Our simulators sign their own certificates; the names they bear never reach the real hosts.
    args: [
      `--host-resolver-rules=${rules.join(', ')}`,
      '--ignore-certificate-errors',
      ...(oneProcess
        ? ['--disable-site-isolation-trials', '--disable-features=IsolateOrigins,site-per-process']
        : []),
    ],
    chromiumSandbox: false,
  });
}

function starts({ executablePath, env }: Chromium): boolean {
  const probe = spawnSync(executablePath, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return probe.status === 0 && /\d+\.\d+/.test(probe.stdout);
}

function installed(): Chromium | undefined {
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'chrome-headless-shell',
  ];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  for (const executablePath of paths)
    if (existsSync(executablePath) && starts({ executablePath, env: {} })) return { executablePath, env: {} };
  return undefined;
}

async function fromDebian({ print }: { print: Say }): Promise<Chromium | undefined> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  print('Setting up: installing Debian’s Chromium for the browser tests (about half a minute) ...');
  const apt = (...argv: string[]) =>
    new Promise<boolean>((resolve) => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      const child = spawn('apt-get', ['-qq', ...argv], { env, stdio: 'ignore' });
      child.once('error', () => resolve(false)).once('close', (code) => resolve(code === 0));
    });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', 'chromium');
  return installed();
}

/** The package unpacks to fixed names in the temporary folder, where anybody could have been first; here it gets a folder of its own. */
async function fromNpm({ print }: { print: Say }): Promise<Chromium> {
  const manifest = createRequire(import.meta.url)
    .resolve('@sparticuz/chromium')
    .replace(/build.*$/, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const home = join(dataFolder, `chromium-${version}`);
  if (!existsSync(home)) {
    print('Setting up: unpacking a Chromium for the browser tests ...');
    const draft = `${home}.unpacking`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    await unpack({ folder: draft, packed: manifest.replace(/package\.json$/, 'bin') });
    renameSync(draft, home);
  }
  const executablePath = join(home, 'chromium');
  const fonts: Record<string, string> = existsSync('/etc/fonts/fonts.conf')
    ? {}
    : { FONTCONFIG_PATH: join(home, 'fonts') };
  const bare = { executablePath, env: fonts };
  // Its own libraries only where the system lacks them: they are older than most systems' are.
  const equipped = { executablePath, env: { ...fonts, LD_LIBRARY_PATH: join(home, 'al2023', 'lib') } };
  const found = [bare, equipped].find(starts);
  if (found) return found;
  throw new Error('No Chromium starts on this machine. Install one, or name it in CHROMIUM_PATH.');
}

async function unpack({ folder, packed }: { folder: string; packed: string }): Promise<void> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { inflate } = await import('@sparticuz/chromium');
    for (const file of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'])
      await inflate(join(packed, file));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
