// The tests are themselves tested: what must turn the suite red does, and the count has no mercy.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { TALLY_FILE, type Tally } from '../scripts/tally.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(join(root, '.data'), { recursive: true });
const folder = mkdtempSync(join(root, '.data', 'planted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the suite over planted test files only. */
function runOver(files: Record<string, string>): Tally & { code: number | null } {
  const testApp = mkdtempSync(join(folder, 'stage-'));
  mkdirSync(join(testApp, 'tests'));
  for (const [name, code] of Object.entries(files))
    writeFileSync(join(testApp, 'tests', `${name}.test.ts`), code);
  const tallyFile = join(testApp, 'tally.json');
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--reporter=${join(root, 'scripts', 'tally.ts')}`,
      `--dir=${testApp}`,
    ],
    { cwd: root, env: { ...process.env, [TALLY_FILE]: tallyFile }, stdio: 'ignore' },
  );
  return { code: status, ...(JSON.parse(readFileSync(tallyFile, 'utf8')) as Tally) };
}

const opening = `import { describe, beforeAll, expect, test } from 'vitest';\n`;

test('a skip, a todo, a broken file and an empty one count as failed', () => {
  const { passed, failed, remarks } = runOver({
    good: `${opening} test('good', () => {});`,
    left: `${opening} test.skip('skipped', () => {}); test.todo('some day');`,
    broken: `${opening} import './nowhere.ts'; test('never', () => {});`,
    ungrounded: `${opening} describe('x', () => { beforeAll(() => { throw new Error('no ground'); }); test('in x', () => {}); });`,
    empty: `export {};`,
  });
  expect({ passed, failed }).toEqual({ passed: 1, failed: 5 });
  expect(remarks.join('\n')).toMatch(/skipped[^]*some day/);
});

test('noise, a call to the outside and a stray rejection turn the suite red', () => {
  const { passed, failed, code } = runOver({
    quiet: `${opening} test('quiet', async () => { await expect(fetch('http://127.0.0.1:1/')).rejects.toThrow(); });`,
    warning: `${opening} test('warns', () => { console.warn('careful'); });`,
    complaint: `${opening} test('complains', () => { console.error('no'); });`,
    fetching: `${opening} test('fetches', async () => { await fetch('https://graph.facebook.com/').catch(() => {}); });`,
    calling: `${opening} import { get } from 'node:http';
      test('calls', async () => { await new Promise((done) => get('http://shop.myshopify.com/').once('error', done)); });`,
    undici: `${opening} import { Agent, request } from 'undici';
      test('goes around', async () => { await request('https://graph.facebook.com/', { dispatcher: new Agent() }).catch(() => {}); });`,
    stray: `${opening} test('strays', async () => { void Promise.reject(new Error('lost')); await new Promise((next) => setImmediate(next)); });`,
  });
  // The stray rejection belongs to no test: its test passes, and the count holds it against the run.
  expect({ passed, failed }).toEqual({ passed: 2, failed: 6 });
  expect(code).not.toBe(0);
});

test('each file has a database of its own, with every table and no row', () => {
  const file = (
    shop: number,
  ) => `${opening} import { db } from ${JSON.stringify(join(root, 'app', 'db.server.ts'))};
    test('alone', async () => {
      expect(await db.shop.count()).toBe(0);
      const now = new Date();
      await db.shop.create({ data: { id: ${shop}, domain: 'shop.myshopify.com', name: 'Shop', installedAt: now, refKey: 'k' } });
    });`;
  const { passed, failed, remarks } = runOver({ one: file(1), two: file(2), three: file(3) });
  expect({ passed, failed, remarks }).toEqual({ passed: 3, failed: 0, remarks: [] });
});
