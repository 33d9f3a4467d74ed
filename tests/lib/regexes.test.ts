// No regular expression of ours, and nothing that reads a stranger's text, takes longer than in proportion to that text.
import { isbot } from 'isbot';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { readCommand, readProductLink, sameName } from '../../app/conversation/commands.ts';
import { warningsOf } from '../../app/i18n/custom-messages.ts';
import { shorten, trimEnd } from '../../app/i18n/text-limits.ts';
import { idNumber, parseJson } from '../../app/lib/json.ts';
import { scrub } from '../../app/lib/log.server.ts';
import { readPayload, readRef } from '../../app/messenger/payloads.ts';
import { isSignatureValid, readSignedRequest } from '../../app/messenger/webhooks.ts';
import { csvLine } from '../../app/reports/waitlist-export.server.ts';
import { growsTooFast, pumped } from './growth.ts';

const app = fileURLToPath(new URL('../../app', import.meta.url));

/** These put their expressions together from a table: what they make of it is tried below, as a whole. */
const TRIED_AS_A_WHOLE = ['i18n/custom-messages.ts'];

type Found = { where: string; regex: RegExp; text: string };

/** Every regular expression that stands in app/, read from its syntax. */
function regexesOfTheApp(): Found[] {
  const found: Found[] = [];
  for (const file of readdirSync(app, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(join(app, file), 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        const regex = new RegExp(node.text.slice(1, end), node.text.slice(end + 1).replace('y', ''));
        found.push({ where: file, regex, text: node.text });
      }
      const made = ts.isNewExpression(node) && node.expression.getText(source) === 'RegExp';
      if (made && !TRIED_AS_A_WHOLE.includes(file))
        throw new Error(`${file} makes a regular expression at run time: nobody can look at it beforehand.`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/** What this expression may have a use for: its own words and signs, and one of each kind of character. */
function piecesOf({ text }: Found): { own: string[]; kinds: string[] } {
  const words = text.replaceAll(/\\[a-z]/gi, '(').replaceAll('\\', '');
  const own = words.split(/(?:[()[\]{}^$*+|.]|\?<?[:=!])+/u);
  return {
    own: [...new Set(own)].filter(Boolean).slice(0, 12),
    kinds: ['a', '0', ' ', '.', '-', ':', '"', '?'],
  };
}

function* hostileTo(found: Found): Generator<Parameters<typeof pumped>[0]> {
  const { own, kinds } = piecesOf(found);
  const pieces = [...own, ...kinds];
  const units = [...pieces, ...pieces.flatMap((one) => pieces.map((other) => one + other))];
  for (const head of ['', ...own])
    for (const unit of units) for (const tail of ['\n', '~']) yield { head, unit, tail };
}

test('every regular expression of the app reads 16 KB of whatever suits it in time that grows with the text', () => {
  const slow: string[] = [];
  for (const found of regexesOfTheApp())
    for (const shape of hostileTo(found))
      if (growsTooFast({ work: (long) => long.replace(found.regex, ''), textOf: pumped(shape) })) {
        slow.push(`${found.where} ${found.text} on ${JSON.stringify(shape)}`);
        break;
      }
  expect(slow).toEqual([]);
});

/** What has been tried on the log, each between other words: from the outside (addresses, headers, Meta's and Shopify's errors). */
const hostileToTheLog: Record<string, Parameters<typeof pumped>[0]> = {
  'a name and a password without an end': { head: 'Route "://', unit: 'a:' },
  'many addresses without a host': { unit: '://a:' },
  'a name in an address without a host': { head: '://', unit: 'user' },
  'signed tokens that break off': { unit: 'ey-' },
  'one signed token that never ends': { head: 'eyJ', unit: 'ey.' },
  'a Bearer of nothing': { head: 'Bearer', unit: ' ' },
  'Bearers of nothing': { unit: 'Bearer  ', tail: '\n' },
  'a member’s name that never ends': { head: '"', unit: 'token' },
  'members without a value': { unit: '"token" ', tail: ':' },
  'a member’s value that never ends': { head: '"token":"', unit: '\\"' },
  'parameters without a value': { unit: 'access_token=' },
  'the beginnings of parameters': { unit: '?code' },
  'Shopify’s tokens, cut short': { unit: 'shpat_-' },
  'Meta’s tokens, too short': { unit: 'EAA1234.' },
  'signs of every kind': { unit: '://@:.-_"=&?' },
};
for (const [what, shape] of Object.entries(hostileToTheLog))
  test(`the log reads ${what} in time that grows with the text, and prints no more than its share`, () => {
    expect(growsTooFast({ work: scrub, textOf: pumped(shape) })).toBe(false);
    expect(scrub(pumped(shape)(16_384)).length).toBeLessThan(6_000);
  });

test('what else reads a stranger’s words takes time that grows with them', () => {
  const units = [
    'a',
    ' ',
    '\u0301',
    '{',
    'gid://',
    '/1?',
    '?',
    '.',
    '0',
    '-',
    '/products/',
    'https://a ',
    'bon ',
    'buono s',
    '9 ',
    'gratui',
    'スク',
    '\n',
  ];
  const readers: Record<string, (text: string) => unknown> = {
    idNumber: (text) => idNumber(`gid://${text}\n`),
    readCommand: (text) => readCommand(text),
    readProductLink: (text) => readProductLink({ text, links: [text] }),
    sameName: (text) => sameName(text, `${text}x`),
    readPayload,
    readRef,
    webhookHolds: (text) => isSignatureValid({ body: Buffer.from('{}'), header: text, secret: 's' }),
    readSignedRequest: (text) => readSignedRequest({ text, secret: 's' }),
    shorten: (text) => shorten({ text, limit: 1_999 }),
    trimEnd: (text) => trimEnd({ text: `${text}x`, of: /[\s.-]/ }),
    csvLine: (text) => csvLine([text]),
    parseJson: (text) => parseJson(JSON.stringify([text, '9'.repeat(20)])),
    isbot: (text) => isbot(text),
    ...Object.fromEntries(
      ['en', 'fr', 'ja'].map((locale) => [
        `warningsOf ${locale}`,
        (text: string) => warningsOf({ text, locale }),
      ]),
    ),
  };
  const slow = Object.entries(readers).flatMap(([name, work]) =>
    units.filter((unit) => growsTooFast({ work, textOf: pumped({ unit }) })).map((unit) => [name, unit]),
  );
  expect(slow).toEqual([]);
});
