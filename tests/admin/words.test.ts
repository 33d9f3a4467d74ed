// The admin speaks English and Spanish: every text in both, with the same values, and a word for everything that is stored as a code.
import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { expect, test } from 'vitest';
import { catalogues } from '../../app/i18n/admin.ts';
import { errorTable } from '../../app/messenger/error-codes.ts';
import { wordsIn } from './words-in.ts';

const [en, es] = [catalogues.en, catalogues.es];
const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** The members of a union type, as they stand in a source file. */
const members = (text: string) => [...text.matchAll(/'(\w+)'/g)].map((found) => found[1]!);

test('both languages have the same texts', () => {
  expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
});

test('every text can be said, and speaks of the same values in both languages', () => {
  for (const [key, text] of Object.entries(en)) {
    const [ours, theirs] = [text, es[key as keyof typeof es]].map((each, at) => {
      const parsed = new IntlMessageFormat(each, at === 0 ? 'en' : 'es', undefined, { ignoreTag: true });
      return [...wordsIn(parsed.getAst())].sort();
    });
    expect([key, theirs]).toEqual([key, ours]);
  }
});

test('everything stored as a code has words: reasons, verdicts, troubles, refusals', () => {
  const reasons = members(/export type Reason =([\s\S]*?);/.exec(source('app/stock/availability.ts'))![1]!);
  const verdicts = members(/type DecisionKind = (.*);/.exec(source('app/stock/decide.ts'))![1]!);
  const troubles = /One of: (.*)\.\n *issue /.exec(source('prisma/schema.prisma'))![1]!.split(', ');
  const refusals = errorTable.flatMap(({ consequence }) =>
    consequence.kind === 'person' ? [consequence.reason] : [],
  );
  const needed = [
    ...reasons.map((code) => `reason.${code}`),
    ...verdicts.map((code) => `verdict.${code}`),
    ...troubles.flatMap((code) => [`trouble.${code}`, `trouble.${code}.do`]),
    ...[...refusals, 'not_accepted'].map((code) => `outcome.${code}`),
  ];
  expect(reasons.length).toBeGreaterThan(15);
  expect(needed.filter((key) => !(key in en))).toEqual([]);
});

test('no text makes a claim about results, hurries anybody, or shouts', () => {
  const forbidden = /\d\s?%|increase|boost|guarantee|hurry|only \d+ left|last chance|!/i;
  expect(Object.entries(en).filter(([, text]) => forbidden.test(text))).toEqual([]);
});
