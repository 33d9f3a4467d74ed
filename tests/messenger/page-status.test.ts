// What follows from each issue of a Page: one table, and the SQL that must say the same.
import { Prisma } from '@prisma/client';
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import {
  ISSUES,
  type PageFacts,
  type PageIssue,
  pageStatus,
  sendingThrough,
} from '../../app/messenger/page-status.ts';
import { isOff, isProbing, storefrontsDue } from '../../app/messenger/pages.server.ts';

afterAll(() => db.$disconnect());

const AT = new Date('2026-11-22T10:00:00Z');
const issues = [null, ...(Object.keys(ISSUES) as PageIssue[])];
const well: PageFacts = { issue: null, testPassedAt: AT, disconnectedAt: null, circuit: null };

test('every issue that the database knows has its consequences, and each its own severity', () => {
  const schema = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const named = /One of: (.*)\.\n *issue /.exec(schema)![1]!.split(', ');
  expect(Object.keys(ISSUES).sort()).toEqual(named.sort());
  expect(new Set(Object.values(ISSUES).map(({ severity }) => severity)).size).toBe(named.length);
});

test('a Page that is well and tested: all is done, the button is shown, and messages leave', () => {
  expect(pageStatus(well)).toEqual({
    issue: null,
    setup: { page: 'done', test: 'done' },
    buttonShown: true,
    sending: 'on',
  });
});

test('with any issue no step stands as if nothing were wrong, and the button is hidden', () => {
  for (const trouble of issues.slice(1)) {
    const { setup, buttonShown, issue } = pageStatus({ ...well, issue: trouble });
    expect([trouble, issue, buttonShown]).toEqual([trouble, trouble, false]);
    expect([trouble, Object.values(setup).filter((step) => step === 'attention')]).toEqual([
      trouble,
      ['attention'],
    ]);
  }
});

test('without a Page, or with one that was given back, nothing is done and nothing leaves', () => {
  const nothing = {
    issue: null,
    setup: { page: 'missing', test: 'missing' },
    buttonShown: false,
    sending: 'off',
  };
  expect(pageStatus(null)).toEqual(nothing);
  expect(pageStatus({ ...well, disconnectedAt: AT })).toEqual(nothing);
});

test('Meta’s silence stops the sending and nothing else; a dead connection is graver', () => {
  expect(pageStatus({ ...well, circuit: 'silence' })).toMatchObject({
    issue: 'silence',
    buttonShown: true,
    sending: 'probing',
    setup: { page: 'done', test: 'done' },
  });
  expect(sendingThrough({ ...well, issue: 'reconnect', circuit: 'silence' })).toBe('off');
  expect(sendingThrough({ ...well, issue: 'not_subscribed', circuit: null })).toBe('on');
});

test('the database says the same of every Page: what it sends, and what its storefront is told', async () => {
  let shopId = 900n;
  for (const trouble of issues)
    for (const testPassedAt of [null, AT])
      for (const state of ['current', 'replaced', 'disconnected'] as const) {
        shopId += 1n;
        await db.shop.create({
          data: {
            id: shopId,
            domain: `shop-${shopId}.myshopify.com`,
            name: 's',
            refKey: 'k',
            installedAt: AT,
          },
        });
        const page = await db.page.create({
          data: {
            shopId,
            metaPageId: `page-${shopId}`,
            accessToken: state === 'disconnected' ? null : Buffer.from('encrypted'),
            name: 'Page',
            connectedAt: AT,
            issue: trouble,
            testPassedAt,
            replacedAt: state === 'replaced' ? AT : null,
            disconnectedAt: state === 'disconnected' ? AT : null,
          },
        });
        const [row] = await queryRows<{ off: boolean; probing: boolean }>({
          tx: db,
          sql: Prisma.sql`SELECT ${isOff} AS off, ${isProbing} AS probing FROM pages pg WHERE pg.id = ${page.id}`,
        });
        const sending = row!.off ? 'off' : row!.probing ? 'probing' : 'on';
        const of = `${trouble} ${testPassedAt === null ? 'untested' : 'tested'} ${state}`;
        expect([of, sending]).toEqual([of, sendingThrough({ ...page, circuit: null })]);

        const status = pageStatus(state === 'current' ? { ...page, circuit: null } : null);
        const [due] = await storefrontsDue({ within: shopId });
        expect([of, due]).toEqual([
          of,
          {
            shopId,
            available: status.issue === null,
            ready: status.buttonShown,
            metaPageId: state === 'current' ? page.metaPageId : null,
            leftOut: {},
            published: null,
          },
        ]);
        await db.shop.update({ where: { id: shopId }, data: { buttonHidden: true } });
        expect((await storefrontsDue({ within: shopId }))[0]).toMatchObject({
          available: status.issue === null,
          ready: false,
        });
      }
});
