// Prisma's command line without a download: generate, validate and format need only the WebAssembly inside the package, but it insists on
// finding a schema engine first. Any file that exists will do for these three, so it is shown this very Node.
import { spawnSync } from 'node:child_process';
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
process.exit(status ?? 1);
