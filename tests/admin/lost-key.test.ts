// The encryption key is lost or another: what it encrypted counts as not there, the admin goes on, and the operator is told once.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readiness } from '../../app/metrics.server.ts';
import { tryKey } from '../../app/shopify/access-tokens.server.ts';
import { openAdmin } from './admin-fixture.ts';

const fixture = openAdmin();
const home = () => fixture.routes.find(({ id }) => id === 'routes/app._index')!;
const open = (route = home()) =>
  fixture.data({ route, path: route.path.replace(/:\w+/, '117'), token: fixture.token() });
const sessions = async () =>
  (await fixture.client.query<{ access_token: string }>('SELECT access_token FROM sessions ORDER BY id'))
    .rows;

test('a session encrypted with a key that is gone counts as none, and the merchant’s visit brings another', async () => {
  expect((await open()).status).toBe(200);
  expect((await readiness()).warnings).toEqual([]);
  const [before] = await sessions();
  const encryptedWithAnotherKey = randomBytes(90).toString('base64');
  await fixture.client.query('UPDATE sessions SET access_token = $1, refresh_token = $1', [
    encryptedWithAnotherKey,
  ]);

  await tryKey();
  expect((await readiness()).warnings).toHaveLength(1);

  expect((await open()).status).toBe(200);
  const [after] = await sessions();
  expect(after!.access_token).not.toBe(encryptedWithAnotherKey);
  expect(after!.access_token).not.toBe(before!.access_token);
});

test('whatever else it encrypted is not there either: no page of the admin falls over, and it is said once', async () => {
  const encrypted = randomBytes(90);
  await fixture.client.query('UPDATE pages SET access_token = $1', [encrypted]);
  await fixture.client.query('UPDATE webhook_events SET body = $1', [encrypted]);
  await fixture.client.query('UPDATE sessions SET access_token = $1', [encrypted.toString('base64')]);
  for (const route of fixture.routes.filter(({ loader }) => loader))
    expect([route.id, (await open(route)).status < 500]).toEqual([route.id, true]);
  const { ready, warnings } = await readiness();
  expect(ready).toBe(true);
  expect(warnings).toEqual([
    expect.stringMatching(
      /ENCRYPTION_KEY is not the key it was encrypted with\. Put that key back, or set ENCRYPTION_KEY_OLD/,
    ),
  ]);
});
