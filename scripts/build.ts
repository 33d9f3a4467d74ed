// `npm run build`: the web process for production, made anew only when its source has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const markPath = join(root, 'build', 'made-from');

/** A fingerprint of everything the build reads. */
function source(): string {
  const hash = createHash('sha256').update(process.version);
  const files = globSync(
    ['app/**/*.{ts,tsx,css,json}', 'public/**/*', 'vite.config.ts', 'package-lock.json'],
    {
      cwd: root,
      withFileTypes: true,
    },
  ).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

const isBuilt = (mark: string) => existsSync(markPath) && readFileSync(markPath, 'utf8') === mark;

/** Builds the web process, unless what stands in build/ was made from these very files. Safe for several callers at once. */
export async function buildApp({ print }: { print: (line: string) => void }): Promise<void> {
  if (isBuilt(source())) return;
  await withLock({
    path: join(root, '.data', 'build.lock'),
    onWait: () => print('Waiting for another build to end ...'),
    work: async () => {
      const mark = source();
      if (isBuilt(mark)) return;
      print('Building the app ...');
      const cli = join(root, 'node_modules', '@remix-run', 'dev', 'dist', 'cli.js');
      const built = spawnSync(process.execPath, [cli, 'vite:build'], {
        cwd: root,
        env: { ...process.env, NODE_ENV: 'production' },
        encoding: 'utf8',
      });
      if (built.status !== 0)
        throw new Error(`The app could not be built.\n${gist(built.stdout + built.stderr)}`);
      writeFileSync(markPath, mark);
    },
  });
}

/** Without the list of all files that Vite was watching. */
const gist = (said: string) => (said.split(/^\s*watchFiles:/m)[0] ?? '').split('\n').slice(-40).join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildApp({ print: (line) => process.stdout.write(`${line}\n`) });
    process.stdout.write('build/ is up to date.\n');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
