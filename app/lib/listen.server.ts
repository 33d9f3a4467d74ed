// Listening on a port: one that cannot be had is said by the name of its setting.
import { once } from 'node:events';
import type { Server } from 'node:net';

const WHY: Record<string, string> = {
  EADDRINUSE: 'another process listens there already',
  EACCES: 'this user may not listen there; take a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this machine has no such address',
};

/** Resolves once `server` listens. `name` is the setting that chose the port. @throws in words. */
export async function listenOn({
  server,
  name,
  port,
  host,
}: {
  server: Server;
  name: string;
  port: number;
  host?: string;
}): Promise<void> {
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const where = host === undefined ? String(port) : `${port} of ${host}`;
    throw new Error(`${name}: port ${where} cannot be had: ${WHY[code] ?? code}. Set ${name} to another.`, {
      cause: error,
    });
  }
}
