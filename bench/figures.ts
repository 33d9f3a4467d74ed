// What every bench prints: ratios against a floor of the same run, in interleaved pairs, with the load of the machine beside them.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';

export type Spread = { median: number; min: number; max: number };

export function spread(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export type Figure = {
  name: string;
  /** What is measured, in words. */ measured: string;
  unit: string;
  n: number;
  pairs: number;
  floor?: Spread;
  /** What others do, measured in the same run. */ peers?: Record<string, Spread>;
  own: Spread;
  ratio?: Spread;
  goal: string;
  met: boolean;
  note?: string;
};

const short = (value: number) =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
const shown = (one: Spread | undefined) =>
  one ? `${short(one.median)} (${short(one.min)}-${short(one.max)})` : '-';

/** Prints the table and, with `--json FILE`, writes it down. */
export function report({ bench, figures }: { bench: string; figures: Figure[] }): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  const load = loadavg().map((one) => Number(one.toFixed(2)));
  const at = new Date().toISOString();
  const out = (line: string) => process.stdout.write(`${line}\n`);
  out(`${bench} at ${at}, commit ${commit}, load average ${load.join(' ')}`);
  for (const one of figures) {
    out(`\n${one.name}: ${one.measured} (N ${one.n}, pairs ${one.pairs}; median (min-max))`);
    if (one.floor) out(`  floor  ${shown(one.floor)} ${one.unit}`);
    for (const [peer, seen] of Object.entries(one.peers ?? {}))
      out(`  peer   ${shown(seen)} ${one.unit}, ${peer}`);
    out(`  ours   ${shown(one.own)} ${one.unit}`);
    if (one.ratio) out(`  ratio  ${shown(one.ratio)}`);
    out(`  goal   ${one.goal}: ${one.met ? 'met' : 'FALLS SHORT'}${one.note ? `; ${one.note}` : ''}`);
  }
  const file = argument('json');
  if (file) writeFileSync(file, `${JSON.stringify({ bench, at, commit, load, figures }, null, 2)}\n`);
}

/** `--name value` from the command line. */
export function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

export const count = (name: string, otherwise: number): number => Number(argument(name) ?? otherwise);
