// The planted bugs still fit the code they are planted in; whether each is caught is the work of `npm run faults:planted`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plantedBugs } from '../../scripts/faults-planted.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('there are at least twenty, each names a test that exists, and each still applies', () => {
  const bugs = plantedBugs();
  expect(bugs.length).toBeGreaterThanOrEqual(20);
  const misfits = bugs.flatMap(({ name, test: file, path }) => {
    const checked = spawnSync('git', ['apply', '--check', path], { cwd: root, encoding: 'utf8' });
    return [
      ...(existsSync(`${root}/${file}`) ? [] : [`${name} names ${file}, which does not exist`]),
      ...(checked.status === 0 ? [] : [`${name} no longer applies: ${checked.stderr}`]),
    ];
  });
  expect(misfits).toEqual([]);
});
