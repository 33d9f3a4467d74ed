// Prisma's command line without a download: generate, validate and format need only the WebAssembly inside the package, but it insists on
// finding a schema engine first. Any file that exists will do for these three, so it is shown this very Node.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = process.argv[2];
if (!['generate', 'validate', 'format', 'version', '--version'].includes(command)) {
  process.stderr.write(
    'Only generate, validate and format run offline. Migrations: npm run schema check | npm run schema new NAME\n',
  );
  process.exit(64);
}
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'prisma', 'build', 'index.js'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  },
);
if (status === 0 && command === 'generate') narrowStates();
process.exit(status ?? 1);

/**
 * A column that says "One of: a, b." in the schema is text with a CHECK in the database, and a union of these values where its rows are
 * read in TypeScript. PostgreSQL's enums would give the union by themselves, but a value cannot be taken out of one, and an update that
 * returns its row has to cast it.
 */
function narrowStates() {
  const schema = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
  const file = join(root, 'node_modules', '.prisma', 'client', 'index.d.ts');
  let types = readFileSync(file, 'utf8');
  for (const [, model, body] of schema.matchAll(/^model (\w+) \{([^]*?)^\}/gm))
    for (const [, values, field] of body.matchAll(/\/\/\/ One of: (.*)\.\n\s*(\w+)/g)) {
      const union = values
        .split(', ')
        .map((value) => `'${value}'`)
        .join(' | ');
      const before = types;
      types = types.replace(
        new RegExp(`(type \\$${model}Payload<[^]*?scalars:[^}]*?\\b${field}: )string\\b`),
        (_all, head) => head + union,
      );
      if (types === before) throw new Error(`No type of ${model}.${field} to narrow in the generated client`);
    }
  writeFileSync(file, types);
}
