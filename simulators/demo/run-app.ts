// Runs the real app beside the simulators: web and worker as processes of their own, led to the simulators by the preload.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Role = 'web' | 'worker';
/** Work that is due and not done: events of Meta's, replies, stock checks and notifications. */
type Lag = Record<'events' | 'replies' | 'stockChecks' | 'unfinished', number>;
type Given = {
  environment: Record<string, string>;
  databaseUrl: string;
  simulatorsAddress: string;
  onLog: (line: string) => void;
};

export type RunningApp = Awaited<ReturnType<typeof runApp>>;

/** Starts both processes and resolves once the web process is ready. Nothing of the caller's environment reaches them but the path. */
export async function runApp({ environment, databaseUrl, simulatorsAddress, onLog }: Given) {
  /** Where each listens, as it says itself: a port that was merely free a moment ago may be answered by somebody else. */
  const ports = new Map<string, number>();
  const addressOf = (port: number | undefined) => `http://127.0.0.1:${port}`;
  let webListens = false;
  const running = new Map<Role, ChildProcess>();

  function hear(role: Role, line: string): void {
    onLog(`${role}: ${line}`);
    const said = /"port":(\d+).*"msg":"(web|health)\.listening"/.exec(line);
    if (!said) return;
    ports.set(said[2] === 'web' ? 'web' : `${role} health`, Number(said[1]));
    webListens ||= said[2] === 'web';
  }

  function start(role: Role): void {
    if (role === 'web') webListens = false;
    const child = spawn(
      process.execPath,
      [
        '--import',
        root('scripts/lifeline.mjs'),
        '--import',
        root('simulators/network/preload.ts'),
        root('scripts/start.ts'),
      ],
      {
        cwd: root('.'),
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          NODE_ENV: 'production',
          ...environment,
          DATABASE_URL: databaseUrl,
          SIMULATORS_ADDRESS: simulatorsAddress,
          LIFELINE: String(process.pid),
          ROLE: role,
          PORT: String(ports.get('web') ?? 0),
          HEALTH_PORT: '0',
        },
      },
    );
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => line && hear(role, line));
    running.set(role, child);
  }

  async function stop(role: Role, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = running.get(role);
    running.delete(role);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const alarm = setTimeout(() => child.kill('SIGKILL'), 3_500);
    await gone;
    clearTimeout(alarm);
  }

  async function ready(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const child = running.get('web');
      if (!child || child.exitCode !== null)
        throw new Error('The app ended while it was starting; its last words are above.');
      if (webListens) return;
      await wait(100);
    }
    throw new Error('The app was not ready within a minute.');
  }

  start('web');
  await ready();
  start('worker');

  return {
    address: addressOf(ports.get('web')),
    /** Work that is due and not done, as the app itself says. */
    async lag(): Promise<Lag> {
      const { lag } = (await (await fetch(`${addressOf(ports.get('web health'))}/readyz`)).json()) as {
        lag: Lag;
      };
      return lag;
    },
    /** Ends one process as `signal` does (SIGKILL: in the middle of whatever it does) and starts it again. */
    async restart(role: Role, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
      await stop(role, signal);
      start(role);
      if (role === 'web') await ready();
    },
    async stop(): Promise<void> {
      await Promise.all([stop('worker'), stop('web')]);
    },
  };
}
