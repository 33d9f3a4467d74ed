// Loaded ahead of the app in a fault run: names every boundary of its I/O as it is reached, and dies or freezes at a given one.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { getGlobalDispatcher, setGlobalDispatcher, type Dispatcher } from 'undici';
import './preload.ts';

/** Meets one point in one process: which (or how it begins, before a star), the how manieth time, and what the process does to itself there. */
export type Armed = { point: string; nth: number; signal: NodeJS.Signals };

const folder = process.env.FAULT_FOLDER;
if (!folder) throw new Error('FAULT_FOLDER has to say where the points are written down.');
const role = process.env.ROLE ?? 'all';
const armFile = join(folder, `arm-${role}`);
appendFileSync(join(folder, `pids-${role}`), `${process.pid}\n`);
writeFileSync(join(folder, 'simulators'), process.env.SIMULATORS_ADDRESS!);

/** The web process answers the harness too: only what happens at a webhook's door is part of the path. */
const door = new AsyncLocalStorage<string>();
const isOnThePath = () => role !== 'web' || door.getStore() !== undefined;

function meet(what: string): void {
  const point = `${role}: ${what}`;
  appendFileSync(join(folder!, 'trace'), `${point}\n`);
  if (!existsSync(armFile)) return;
  let armed: Armed;
  try {
    armed = JSON.parse(readFileSync(armFile, 'utf8')) as Armed;
  } catch {
    return;
  }
  const isIt = armed.point.endsWith('*') ? point.startsWith(armed.point.slice(0, -1)) : armed.point === point;
  if (!isIt) return;
  if (armed.nth > 1) {
    writeFileSync(armFile, JSON.stringify({ ...armed, nth: armed.nth - 1 }));
    return;
  }
  rmSync(armFile);
  writeFileSync(join(folder!, `hit-${role}`), String(process.pid));
  process.kill(process.pid, armed.signal);
}

// 1. The database: each statement on its way there, and its answer on its way back.
type Named = { name: string; writes: boolean };
const names = new Map<string, Named | null>();

/** Verb, tables and a short fingerprint of the text; null for the job queue's own housekeeping. */
function nameOf(text: string): Named | null {
  const known = names.get(text);
  if (known !== undefined) return known;
  const flat = text
    .replaceAll(/\$\d+/g, '$')
    .replaceAll(/\(\s*\$(?:\s*,\s*\$)*\s*\)(?:\s*,\s*\(\s*\$(?:\s*,\s*\$)*\s*\))*/g, '($)')
    .replaceAll(/\s+/g, ' ')
    .trim();
  // A lock (FOR UPDATE) and the second half of an upsert (DO UPDATE SET) name no table; nor does a call (FROM unnest(...)).
  const changes = [
    ...flat.matchAll(/(?<!FOR |KEY |DO )\b(INSERT INTO|UPDATE|DELETE FROM) (?:"?\w+"?\.)?"?([a-z]\w*)"?/g),
  ].map(([, verb, table]) => `${verb!.split(' ')[0]} ${table}`);
  const reads = [...flat.matchAll(/\bFROM (?:"?\w+"?\.)?"?([a-z]\w*)"?(?!\w|\()/g)].map(
    ([, table]) => table!,
  );
  const mark = createHash('sha256').update(flat).digest('hex').slice(0, 4);
  const named = /\bpgboss\b/.test(flat)
    ? null
    : changes.length > 0
      ? { name: `${[...new Set(changes)].join(' + ')} [${mark}]`, writes: true }
      : reads.length > 0
        ? { name: `SELECT ${[...new Set(reads)].slice(0, 3).join(', ')} [${mark}]`, writes: false }
        : { name: `${flat.slice(0, 32)} [${mark}]`, writes: false };
  names.set(text, named);
  return named;
}

/** The last change of the transaction that a connection is in, to tell one commit from another. */
const lastChange = new WeakMap<object, string>();

type Query = (...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as unknown as Query;
function watched(this: object, ...args: unknown[]): unknown {
  const [first] = args;
  const text = typeof first === 'string' ? first : (first as { text?: unknown } | null)?.text;
  const named = typeof text === 'string' && isOnThePath() ? nameOf(text) : null;
  if (!named) return query.apply(this, args);
  let { name } = named;
  const verb = (text as string).trim().slice(0, 8).toUpperCase();
  if (verb.startsWith('BEGIN')) lastChange.delete(this);
  if (verb.startsWith('COMMIT')) name = `COMMIT after ${lastChange.get(this) ?? 'reading'}`;
  if (named.writes) lastChange.set(this, name);
  meet(`before ${name}`);
  const after = () => meet(`after ${name}`);
  const at = args.findLastIndex((arg) => typeof arg === 'function');
  if (at >= 0) {
    const done = args[at] as Query;
    args[at] = (...answer: unknown[]) => {
      after();
      done(...answer);
    };
    return query.apply(this, args);
  }
  const answered = query.apply(this, args);
  return answered instanceof Promise ? answered.finally(after) : answered;
}
pg.Client.prototype.query = watched as unknown as typeof pg.Client.prototype.query;

// 2. Meta and Shopify: each call on its way out, and its answer on its way back.
function callOf({ origin, path, method, body }: Dispatcher.DispatchOptions): string {
  const { hostname } = new URL(String(origin));
  const text = typeof body === 'string' ? body : Buffer.isBuffer(body) ? body.toString() : '';
  const where = path
    .split('?')[0]!
    .replace(/^\/v\d+\.\d+/, '')
    .replaceAll(/\d{5,}/g, 'N');
  const what = text.includes('one_time_notif_token')
    ? ', the notice'
    : text.includes('one_time_notif_req')
      ? ', the request'
      : (/(?:query|mutation)( \w+)/.exec(text)?.[1] ?? '');
  return `${method} ${hostname.endsWith('.myshopify.com') ? 'Shopify' : 'Meta'} ${where}${what}`;
}

/** The handler with an ear at the answer's begin and end, whichever of undici's two generations it is of. */
const listening = ({ handler, name }: { handler: Dispatcher.DispatchHandler; name: string }) =>
  new Proxy(handler, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (key === 'onResponseStart' || key === 'onHeaders') meet(`after the answer of ${name} begins`);
        if (key === 'onResponseEnd' || key === 'onComplete') meet(`after ${name}`);
        return Reflect.apply(member, target, args);
      };
    },
  });

const watchCalls: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { hostname } = new URL(String(options.origin));
  if (!isOnThePath() || hostname === '127.0.0.1') return dispatch(options, handler);
  const name = callOf(options);
  meet(`before ${name}`);
  return dispatch(options, listening({ handler, name }));
};
setGlobalDispatcher(getGlobalDispatcher().compose(watchCalls));

// 3. The doors: a webhook taken in, and its answer.
type Emit = (event: string | symbol, ...args: unknown[]) => boolean;
const emit = Server.prototype.emit as Emit;
Server.prototype.emit = function (this: Server, event: string | symbol, ...args: unknown[]) {
  const path = event === 'request' ? (args[0] as { url?: string }).url?.split('?')[0] : undefined;
  if (role !== 'web' || !path?.startsWith('/webhooks/')) return emit.call(this, event, ...args);
  return door.run(path, () => {
    meet(`before reading ${path}`);
    return emit.call(this, event, ...args);
  });
} as typeof Server.prototype.emit;

type End = (...args: unknown[]) => ServerResponse;
const end = ServerResponse.prototype.end as unknown as End;
ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]) {
  const path = this.req?.url?.split('?')[0];
  if (role !== 'web' || !path?.startsWith('/webhooks/')) return end.apply(this, args);
  meet(`before answering ${path} with ${this.statusCode}`);
  const ended = end.apply(this, args);
  meet(`after answering ${path} with ${this.statusCode}`);
  return ended;
} as typeof ServerResponse.prototype.end;
