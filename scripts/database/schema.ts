// `npm run schema check` says whether the migrations lead to prisma/schema.prisma; `npm run schema new NAME` writes the one that is missing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startThrowawayPostgres } from './embedded.ts';
import { missingMigration } from './schema-engine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'prisma', 'migrations');
const [verb, name] = process.argv.slice(2);
const print = (text: string) => void process.stdout.write(`${text}\n`);

async function missing(): Promise<string | undefined> {
  const server = await startThrowawayPostgres();
  try {
    const schema = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
    return await missingMigration({ socketFolder: server.socketFolder, schema, folder });
  } finally {
    await server.stop();
  }
}

function write({ name, sql }: { name: string; sql: string }): string {
  const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const path = join(folder, `${stamp}_${name.replaceAll(/\W+/g, '_').toLowerCase()}`);
  mkdirSync(path);
  writeFileSync(join(path, 'migration.sql'), sql);
  return path;
}

if ((verb !== 'check' && verb !== 'new') || (verb === 'new' && !name)) {
  print('usage: npm run schema check | npm run schema new NAME');
  process.exit(64);
}
const sql = await missing();
if (sql === undefined) print('The migrations lead to the schema.');
else if (verb === 'new' && name) print(`Wrote ${write({ name, sql })}`);
else {
  print(
    `prisma/schema.prisma says more than prisma/migrations. Missing (npm run schema new NAME writes it):\n${sql}`,
  );
  process.exitCode = 2;
}
// The engine may keep the event loop busy after it has answered.
process.exit();
