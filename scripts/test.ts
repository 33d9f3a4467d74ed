// `npm test`: brings what the tests need, runs them all, and ends with one line that says how it went.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApp } from './build.ts';
import { ensureChromium } from './chromium.ts';
import { TALLY_FILE, type Tally } from './tally.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function prepare(): Promise<Record<string, string>> {
  const { executablePath, env } = await ensureChromium({ print });
  await buildApp({ print });
  return { ...env, CHROMIUM_PATH: executablePath };
}

async function run(env: Record<string, string>): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'tally-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const child = spawn(
      process.execPath,
      [
        '--import',
        new URL('lifeline.mjs', import.meta.url).href,
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        `--reporter=${join(root, 'scripts', 'tally.ts')}`,
        ...process.argv.slice(2),
      ],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: {
          ...process.env,
          ...env,
          NODE_ENV: 'test',
          [TALLY_FILE]: tallyFile,
          LIFELINE: String(process.pid),
        },
      },
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (!existsSync(tallyFile))
      return {
        passed: 0,
        failed: 1,
        remarks: [`the runner ended (exit code ${code}) without a word about the tests`],
      };
    const tally = JSON.parse(readFileSync(tallyFile, 'utf8')) as Tally;
    if (tally.passed + tally.failed === 0) return { ...tally, failed: 1, remarks: ['no test was run'] };
    if (code !== 0 && tally.failed === 0)
      return {
        ...tally,
        failed: 1,
        remarks: [`every test passed, but the runner ended with exit code ${code}`],
      };
    return tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let tally: Tally;
try {
  tally = await run(await prepare());
} catch (error) {
  tally = { passed: 0, failed: 1, remarks: [error instanceof Error ? error.message : String(error)] };
}
for (const remark of tally.remarks) print(`counted as failed: ${remark}`);
print(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
