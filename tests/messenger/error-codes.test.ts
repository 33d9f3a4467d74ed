// The one table of Meta's answers: every row is listed here with its consequence.
import { expect, test } from 'vitest';
import { errorTable, classifyError, type Consequence } from '../../app/messenger/error-codes.ts';

const text = (one: Consequence): string => {
  switch (one.kind) {
    case 'retry':
      return `retry, ${one.fate}`;
    case 'page_trouble':
      return `${one.issue}${one.whole ? ', whole Page' : ''}`;
    case 'person':
      return `person ${one.reason}`;
    case 'fix':
      return `fix ${one.what}`;
    case 'slow_down':
    case 'window':
    case 'doubtful':
      return one.kind;
  }
};

/** Facts about Meta, section 5.1, row by row. */
const listed: Record<string, string> = {
  '1': 'retry, unknown',
  '1/99': 'retry, unknown',
  '1/1357046': 'retry, unknown',
  '2': 'retry, unknown',
  '-1': 'retry, unknown',
  '1200': 'retry, unknown',
  '4': 'slow_down',
  '4/2018022': 'slow_down',
  '4/2018354': 'person asked_too_often',
  '9/2018352': 'person asked_too_often',
  '10': 'permission',
  '10/2018065': 'window',
  '10/2018278': 'window',
  '10/2534022': 'window',
  '10/2018108': 'person unavailable',
  '10/1893015': 'person stopped_by_person',
  '10/1404170': 'not_granted',
  '10/1893063': 'restricted, whole Page',
  '10/2018336': 'person unavailable',
  '10/2018300': 'person thread_elsewhere',
  '17': 'slow_down',
  '32': 'slow_down',
  '80001': 'slow_down',
  '80006': 'slow_down',
  '100': 'doubtful',
  '100/33': 'permission',
  '100/2018001': 'person no_such_person',
  '100/2018008': 'fix picture',
  '100/2018047': 'fix picture',
  '100/2018074': 'fix picture',
  '100/2018109': 'fix picture',
  '100/2018294': 'fix picture',
  '100/2018164': 'permission',
  '100/1893029': 'fix template',
  '100/2018416': 'fix template',
  '100/2388051': 'fix template',
  '190': 'reconnect',
  '190/458': 'reconnect',
  '190/459': 'reconnect',
  '190/460': 'reconnect',
  '190/463': 'reconnect',
  '190/467': 'reconnect',
  '190/492': 'reconnect',
  '200': 'permission',
  '200/2018021': 'permission',
  '200/2018027': 'permission',
  '200/2018028': 'permission',
  '200/1545041': 'person unavailable',
  '551': 'person unavailable',
  '551/1545041': 'person unavailable',
  '551/1893047': 'person unavailable',
  '230': 'permission',
  '341': 'slow_down',
  '368': 'blocked, whole Page',
  '506': 'doubtful',
  '613': 'slow_down',
  '613/1893016': 'person asked_too_often',
  '613/2018338': 'restricted, whole Page',
  '2022': 'blocked, whole Page',
  '2018218': 'person no_profile',
  '2018247': 'fix request',
  '2018300': 'person thread_elsewhere',
  '2018321': 'retry, not_sent',
  '10303': 'fix request',
  '2635': 'fix request',
  '2500': 'reconnect',
};

test('every row of the table is listed, and every listed row is in the table', () => {
  const table = Object.fromEntries(
    errorTable.map((row) => [
      row.subcode === undefined ? `${row.code}` : `${row.code}/${row.subcode}`,
      text(row.consequence),
    ]),
  );
  expect(table).toEqual(listed);
  expect(errorTable).toHaveLength(Object.keys(listed).length);
});

test('a subcode without a row of its own means what its code means', () => {
  expect(text(classifyError({ code: 190, subcode: 4711 }))).toBe('reconnect');
  expect(text(classifyError({ code: 100, subcode: 2018417 }))).toBe('doubtful');
});

test('a person who is unavailable for a moment is tried again, for good is not', () => {
  expect(text(classifyError({ code: 551, subcode: 1893047, transient: true }))).toBe('retry, not_sent');
  expect(text(classifyError({ code: 551, subcode: 1893047, transient: false }))).toBe('person unavailable');
});

test('a code that nobody knows is doubtful, unless Meta itself calls it passing', () => {
  expect(text(classifyError({ code: 4711 }))).toBe('doubtful');
  expect(text(classifyError({ code: 4711, transient: true }))).toBe('retry, unknown');
  expect(text(classifyError({ code: 4711, status: 503 }))).toBe('retry, unknown');
});
