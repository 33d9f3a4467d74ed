// One shop's merchant never sees, exports or touches another's rows: tried over every admin route, every kind of object, every intent.
import { beforeAll, expect, test } from 'vitest';
import { intentsOf, openAdmin, type AdminRoute, type Whose } from './admin-fixture.ts';

const fixture = openAdmin();
const MARK = 'OF-ANOTHER-SHOP';
const PSID = '99887766554433';

beforeAll(async () => {
  const run = (text: string) => fixture.client.query(text, [fixture.rowsOf('theirs').shopId]);
  await run(`UPDATE variants SET product_title = '${MARK}', title = '${MARK}' WHERE shop_id = $1`);
  await run(`UPDATE pages SET name = '${MARK}' WHERE shop_id = $1`);
  await run(`UPDATE shoppers SET psid = '${PSID}' WHERE shop_id = $1`);
  await run(`UPDATE opt_in_requests SET title = '${MARK}' WHERE shop_id = $1`);
  await run(`UPDATE notifications SET failure_reason = '${MARK}' WHERE shop_id = $1`);
  await run(
    `UPDATE shops SET name = '${MARK}', custom_messages = '{"en":{"notification.backInStock":"${MARK} {product}"}}' WHERE id = $1`,
  );
});

const idsOf = (whose: Whose) => {
  const { pageId, shopperId, variantId, requestId, subscriptionId, restockId, notificationId } =
    fixture.rowsOf(whose);
  return { pageId, shopperId, variantId, requestId, subscriptionId, restockId, notificationId };
};

/** Each way to fill the parameters of a route's path with ids of one shop. */
function addresses(route: AdminRoute, whose: Whose): string[] {
  if (!route.path.includes(':')) return [route.path];
  return Object.values(idsOf(whose)).map((id) => route.path.replace(/:\w+/g, id));
}

/** A door that answers with a list: of what is not this shop's the list is empty. */
const LISTS = ['routes/app.products.$productId.waitlist'];
/** The layout, and a number that Shopify says. */
const OF_NOBODY = ['routes/app', 'routes/app.sold-out'];
const missing = (route: AdminRoute) => (route.path.includes(':') && !LISTS.includes(route.id) ? 404 : 200);

const leaks = (text: string) => [MARK, PSID, PSID.slice(-6)].filter((mark) => text.includes(mark));

test('there are routes, parameters and intents to try', () => {
  expect(fixture.routes.filter((route) => route.loader).length).toBeGreaterThanOrEqual(8);
  expect(fixture.routes.filter((route) => route.path.includes(':')).length).toBeGreaterThanOrEqual(2);
  expect(fixture.routes.filter((route) => route.action).flatMap(intentsOf)).toEqual(
    expect.arrayContaining([
      ...['look', 'tell', 'hold', 'release', 'pause', 'move', 'connect', 'choose', 'disconnect', 'pretend'],
      ...['save', 'send-test'],
    ]),
  );
});

test('a merchant reads their own rows by every route: what follows proves something', async () => {
  const rows = fixture.rowsOf('theirs');
  for (const route of fixture.routes.filter((each) => each.loader)) {
    const path = route.path
      .replace(':variantId', rows.variantId)
      .replace(':productId', `${rows.shopId}5`)
      .replace(':subscriptionId', rows.subscriptionId);
    const answer = await fixture.data({ route, path, token: fixture.token({ whose: 'theirs' }) });
    expect([route.id, answer.status]).toEqual([route.id, 200]);
    // Home and Messenger name what they know.
    if (!OF_NOBODY.includes(route.id))
      expect([route.id, leaks(await answer.text())]).not.toEqual([route.id, []]);
  }
});

test('no route shows a row of another shop, whatever id it is asked for', async () => {
  const token = fixture.token({ whose: 'mine' });
  for (const route of fixture.routes.filter((each) => each.loader))
    for (const path of addresses(route, 'theirs')) {
      const answer = await fixture.data({ route, path, token });
      expect([path, answer.status, leaks(await answer.text())]).toEqual([path, missing(route), []]);
    }
});

test('a foreign id is answered exactly as one that does not exist', async () => {
  const token = fixture.token({ whose: 'mine' });
  for (const route of fixture.routes.filter((each) => each.loader && each.path.includes(':'))) {
    const absent = await fixture.data({ route, path: route.path.replace(/:\w+/, '987654321'), token });
    const expected = [absent.status, await absent.text()];
    for (const path of addresses(route, 'theirs')) {
      const answer = await fixture.data({ route, path, token });
      expect([answer.status, await answer.text()]).toEqual(expected);
    }
  }
});

test('no cursor, search or filter reaches into another shop', async () => {
  const token = fixture.token({ whose: 'mine' });
  const { variantId, subscriptionId, notificationId } = idsOf('theirs');
  for (const route of fixture.routes.filter((each) => each.loader && !each.path.includes(':')))
    for (const id of [variantId, subscriptionId, notificationId])
      for (const query of [
        `after=${id}~99`,
        `after=${id}~2999-01-01T00:00:00Z&sort=oldest`,
        `search=${MARK}`,
        `shop=${fixture.domainOf('theirs')}`,
        `shopId=${fixture.rowsOf('theirs').shopId}`,
      ]) {
        const path = `${route.path}?${query}`;
        const answer = await fixture.data({ route, path, token });
        const text = (await answer.text()).replaceAll(`"search":"${MARK}"`, '');
        expect([path, leaks(text)]).toEqual([path, []]);
      }
});

test('no intent changes a row of another shop, whatever id it is given', async () => {
  const before = await fixture.everythingOf('theirs');
  const token = fixture.token({ whose: 'mine' });
  // A Page whose token can be opened, so that giving one's own back goes all its way.
  const { encryptPageToken } = await import('../../app/messenger/pages.server.ts');
  const { shopId, pageId } = fixture.rowsOf('mine');
  await fixture.client.query('UPDATE pages SET access_token = $1 WHERE id = $2', [
    encryptPageToken({ shopId: BigInt(shopId), token: 'of mine' }),
    pageId,
  ]);
  for (const route of fixture.routes.filter((each) => each.action))
    for (const intent of intentsOf(route))
      for (const path of addresses(route, 'theirs')) {
        const form = {
          intent,
          metaPageId: `page-of-${fixture.rowsOf('theirs').shopId}`,
          settings: JSON.stringify({ policy: 'all_at_once' }),
          shopId: fixture.rowsOf('theirs').shopId,
          ...idsOf('theirs'),
        };
        const answer = await fixture.data({ route, path, token, form });
        const expected = route.path.includes(':') ? [404] : [200, 422];
        expect([path, intent, expected.includes(answer.status)]).toEqual([path, intent, true]);
        expect(leaks(await answer.text())).toEqual([]);
      }
  expect(await fixture.everythingOf('theirs')).toBe(before);
  const mine = await fixture.client.query('SELECT disconnected_at FROM pages WHERE id = $1', [pageId]);
  expect(mine.rows[0].disconnected_at).not.toBeNull();
});
