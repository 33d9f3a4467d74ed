// A transaction pooler, as PgBouncer is one: a server's connection is a client's for one transaction, and then the next one's.
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** Cuts a stream of PostgreSQL's messages: a type, a length, a body. */
function messagesOf(onMessage: (type: string, message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
      const message = rest.subarray(0, 1 + rest.readInt32BE(1));
      rest = rest.subarray(message.length);
      onMessage(String.fromCharCode(message[0]!), message);
    }
  };
}

const message = (type: string, body: Buffer) => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const READY = message('Z', Buffer.from('I'));
const PROTOCOL_3 = 196_608;
const SSL_REQUEST = 80_877_103;

type Server = { socket: Socket; hear: (type: string, message: Buffer) => void };

/** Stands in front of `database` of the server at `socketFolder`, with `size` connections for all its clients. */
export async function startPooler({
  socketFolder,
  database,
  size = 2,
}: {
  socketFolder: string;
  database: string;
  size?: number;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const idle: Server[] = [];
  const waiting: ((server: Server) => void)[] = [];
  let greeting: Buffer = Buffer.alloc(0);

  /** As PgBouncer does, the one used last goes first. */
  const give = (server: Server) => {
    server.hear = () => undefined;
    const next = waiting.shift();
    if (next) next(server);
    else idle.push(server);
  };

  async function openServer(): Promise<void> {
    const socket = createConnection(`${socketFolder}/.s.PGSQL.5432`).on('error', () => undefined);
    sockets.add(socket);
    const body = Buffer.from(`user\0postgres\0database\0${database}\0\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(body.length + 8);
    head.writeInt32BE(PROTOCOL_3, 4);
    socket.write(Buffer.concat([head, body]));
    const notified: Buffer[] = [];
    const server: Server = { socket, hear: (type, each) => void (type === 'S' && notified.push(each)) };
    const ready = new Promise<void>((resolve) => {
      const hear = server.hear;
      server.hear = (type, each) => (type === 'Z' ? resolve() : hear(type, each));
    });
    socket.on(
      'data',
      messagesOf((type, each) => server.hear(type, each)),
    );
    await ready;
    greeting = Buffer.concat(notified);
    give(server);
  }

  function serve(client: Socket): void {
    let server: Server | undefined;
    let asked: Buffer[] = [];
    let unanswered = 0;

    const link = (given: Server) => {
      server = given;
      given.hear = (type, each) => {
        client.write(each);
        if (type === 'Z') unanswered -= 1;
        if (type !== 'Z' || unanswered > 0 || each[5] !== 'I'.charCodeAt(0)) return;
        server = undefined;
        give(given);
      };
      for (const each of asked.splice(0)) given.socket.write(each);
    };
    const read = messagesOf((type, each) => {
      if (type === 'X') return void client.end();
      if (type === 'Q' || type === 'S') unanswered += 1;
      if (server) return void server.socket.write(each);
      asked.push(each);
      if (asked.length > 1) return;
      const free = idle.pop();
      if (free) link(free);
      else waiting.push(link);
    });
    let started = false;
    client.on('error', () => undefined).on('close', () => (asked = []));
    client.on('data', (chunk: Buffer) => {
      if (started) return read(chunk);
      if (chunk.readInt32BE(4) === SSL_REQUEST) return void client.write('N');
      started = true;
      if (chunk.includes('\0options\0'))
        return void client.end(
          message('E', Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0')),
        );
      const key = Buffer.alloc(8);
      key.writeInt32BE(2_000_000_000 + sockets.size);
      client.write(Buffer.concat([message('R', Buffer.alloc(4)), greeting, message('K', key), READY]));
    });
  }

  for (let opened = 0; opened < size; opened += 1) await openServer();
  const pooler = createServer((client) => {
    sockets.add(client);
    serve(client);
  }).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  const { port } = pooler.address() as AddressInfo;
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/${database}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      pooler.close();
      await once(pooler, 'close');
    },
  };
}
