// The mutants still fit the code that they change; whether each is caught is the work of `npm run faults:mutants`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { misfit, readMutants } from '../../scripts/faults/mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('there are at least sixty, each of its own name, each names a test that exists, and each still fits', () => {
  const mutants = readMutants();
  expect(mutants.length).toBeGreaterThanOrEqual(60);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  const wrong = mutants.flatMap((mutant) => {
    const why = misfit({ base: root, mutant });
    return [
      ...(existsSync(join(root, mutant.test))
        ? []
        : [`${mutant.name} names ${mutant.test}, which does not exist`]),
      ...(why === null ? [] : [`${mutant.name}: ${why}`]),
    ];
  });
  expect(wrong).toEqual([]);
});
