// Runs the tools that came with the project, on this Node and by path, one after the other.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export type Tool = { name: string; bin?: string; argv: string[]; env?: Record<string, string> };

/** Where the package `name` keeps its command `bin`. */
export function commandOf({ name, bin = name }: { name: string; bin?: string }): string {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const path = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin];
  if (path === undefined) throw new Error(`The package ${name} has no command ${bin}.`);
  return join(folder, path);
}

/** Runs every tool, also after one has failed, and answers with the exit code for all of them. */
export function runAll(tools: Tool[]): number {
  const codes = tools.map(({ name, bin, argv, env }) => {
    const { status } = spawnSync(process.execPath, [commandOf({ name, bin }), ...argv], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    return status ?? 1;
  });
  return codes.find((code) => code !== 0) ?? 0;
}
