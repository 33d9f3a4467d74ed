// docs/architecture.md names the street that lint holds, and for every table the room that its own comment in the schema names.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { street } from '../scripts/walls.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = read('docs/architecture.md');

test('the street of the page is the street of the walls', () => {
  const [line] = /`components` ->[^.]*`lib`/.exec(page)!;
  expect([...line.matchAll(/`(\w+)`/g)].map(([, room]) => room)).toEqual(street);
});

test('every table stands with its one writer', () => {
  const written = [...page.matchAll(/^\| `(\w+)\/` \| (.*) \|$/gm)].flatMap(([, room, tables]) =>
    [...tables!.matchAll(/`(\w+)`/g)].map(([, table]) => `${table} by ${room}`),
  );
  const said = [...read('prisma/schema.prisma').matchAll(/((?:^\/\/\/.*\n)*)^model (\w+) /gm)].map(
    ([, comment, table]) =>
      `${table} by ${/[Ww]ritten by (\w+)\//.exec(comment!.replaceAll('\n/// ', ' '))?.[1] ?? 'shops'}`,
  );
  expect(written.toSorted()).toEqual(said.toSorted());
});
