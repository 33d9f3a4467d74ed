// Prisma's schema engine as WebAssembly, so that migrations are compared with the schema without a download.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { schemaAdapter } from './schema-adapter.ts';

type Diff = { exitCode: number; stdout: string | null };
type SchemaEngine = { diff(input: object): Promise<Diff> };
type Bindings = {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  SchemaEngine: {
    /** A method of that name, not a constructor. */
    ['new'](
      options: { datamodels: [string, string][] },
      log: (line: string) => void,
      adapter: ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
    ): Promise<SchemaEngine>;
  };
};

let loaded: Promise<Bindings> | undefined;

/** Loads the engine's bindings by hand, as the package's own entry needs a flag of Node; they know one instance per process. */
async function loadBindings(): Promise<Bindings> {
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bindings = (await import(join(dirname(path), 'schema_engine_bg.js'))) as Bindings;
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (message: string) => process.stderr.write(`schema engine: ${message}\n`),
    },
  });
  const wasm = readFileSync(join(dirname(path), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': bindings as unknown as WebAssembly.ModuleImports,
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/** What `diff` wants to know about a folder of migrations. */
function migrationsIn(folder: string) {
  const lockPath = join(folder, 'migration_lock.toml');
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: folder,
    lockfile: {
      path: 'migration_lock.toml',
      content: existsSync(lockPath) ? readFileSync(lockPath, 'utf8') : null,
    },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(folder, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/** The SQL that leads from the migrations in `folder` to `schema`, or undefined if they already do. */
export async function missingMigration({
  socketFolder,
  schema,
  folder,
}: {
  socketFolder: string;
  schema: string;
  folder: string;
}): Promise<string | undefined> {
  const { SchemaEngine } = await (loaded ??= loadBindings());
  const path = 'schema.prisma';
  const engine = await SchemaEngine.new(
    { datamodels: [[path, schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(schemaAdapter({ socketFolder })),
  );
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'migrations', ...migrationsIn(folder) },
    to: { tag: 'schemaDatamodel', files: [{ path, content: schema }] },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 0 ? undefined : (stdout ?? '');
}
