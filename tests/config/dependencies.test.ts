// What is installed: no copy of a package is older than the release that closed an advisory, and the lockfile names no registry.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

type Manifest = { overrides: Record<string, unknown> };
type Lockfile = { packages: Record<string, { version?: string; resolved?: string; link?: boolean }> };

const read = (path: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8'));
const { overrides } = read('package.json') as Manifest;
const { packages } = read('package-lock.json') as Lockfile;

/**
 * The first release without the advisory. Remix 2 pins older ones, so package.json overrides them: a redirect that runs as a script
 * (GHSA-jjmj-jmhj-qwj2, react-router-dom); the router and its core are released together with it.
 */
const FIXED_IN = {
  'react-router': '6.30.6',
  'react-router-dom': '6.30.6',
  '@remix-run/router': '1.23.4',
};

const parts = (version: string) => version.split('.').map(Number);
function isOlder(version: string, than: string): boolean {
  const [mine, others] = [parts(version), parts(than)];
  const at = others.findIndex((part, index) => mine[index] !== part);
  return at >= 0 && mine[at]! < others[at]!;
}
const copiesOf = (name: string) =>
  Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));

for (const [name, fixed] of Object.entries(FIXED_IN))
  test(`every copy of ${name} is ${fixed} or newer, in the lockfile and as installed`, () => {
    const copies = copiesOf(name);
    expect(copies.length).toBeGreaterThan(0);
    const installed = (read(`node_modules/${name}/package.json`) as { version: string }).version;
    const versions = [...copies.map(([, { version }]) => version!), installed];
    expect(versions.filter((version) => isOlder(version, fixed))).toEqual([]);
    // Without the override the next change to any dependency could bring the pinned release back.
    expect(overrides[name]).toBe(fixed);
  });

test('the lockfile names no registry: each place installs from its own', () => {
  const resolved = Object.entries(packages).flatMap(([path, entry]) => (entry.resolved ? [path] : []));
  expect(resolved).toEqual([]);
});

test.each([
  ['6.30.5', '6.30.6', true],
  ['6.9.9', '6.30.6', true],
  ['6.30.6', '6.30.6', false],
  ['7.0.0', '6.30.6', false],
  ['6.31.0', '6.30.6', false],
])('%s is older than %s: %s', (version, than, expected) => {
  expect(isOlder(version, than)).toBe(expected);
});
