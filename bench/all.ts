// `npm run bench`: every bench of the heart, one after the other, each in a process of its own; its figures are written to bench/.figures.
//   npm run bench [-- --only pace,sweep] [any argument of theirs]
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { argument } from './figures.ts';

const benches = ['engine', 'first-message', 'answer', 'fan-out', 'sweep', 'pace', 'flood'];
const only = argument('only')?.split(',') ?? benches;
const figures = join(import.meta.dirname, '.figures');
mkdirSync(figures, { recursive: true });
let failed = 0;
for (const bench of benches.filter((one) => only.includes(one))) {
  process.stdout.write(`\n== ${bench} ==\n`);
  const file = join(import.meta.dirname, `${bench}.ts`);
  const args = ['--json', join(figures, `${bench}.json`), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
