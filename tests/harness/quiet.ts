// Notes what no test may cause: a warning or error on the console, and a connection to anywhere but this machine.
import { Socket } from 'node:net';
import { format } from 'node:util';

type ConnectTarget = { host?: string; port?: number | string; path?: string | null };

/** Starts listening; what is noted is the caller's to read and to clear. */
export function keepQuiet(): string[] {
  const noted: string[] = [];
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...parts: unknown[]) => {
      noted.push(`console.${level}: ${format(...parts)}`);
    };
  }
  // Below every client (fetch, undici with any dispatcher, http, pg): a socket is where a request leaves.
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
    const { host, port, path } = targetOf(args);
    if (typeof path === 'string' || isThisMachine(host ?? 'localhost')) return connect.apply(this, args);
    const outside = `a connection to ${host}:${port}`;
    noted.push(outside);
    process.nextTick(() => this.destroy(new Error(`The tests refuse ${outside}`)));
    return this;
  };
  return noted;
}

/** Sockets are told where to go in several ways: (options), (path), (port, host), or node's own normalised [options, callback]. */
function targetOf(args: unknown[]): ConnectTarget {
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  return { port: Number(first), host: typeof second === 'string' ? second : undefined };
}

const isThisMachine = (host: string) =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host);
