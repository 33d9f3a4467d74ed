// The Messenger simulator in a process of its own, so that what Meta would compute is not counted as ours.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMessenger } from '../simulators/messenger/messenger.ts';
import type { Answer } from '../simulators/messenger/graph-answer.ts';

export type Order =
  | { do: 'page'; id: string; appId: string; secret: string }
  | { do: 'people'; pageId: string; count: number }
  /** Meta's limit per rolling second, and the round trip's lognormal median and 99th percentile. */
  | { do: 'weather'; perSecond: number; headers: boolean; p50: number; p99: number }
  | { do: 'tally'; pageId: string };

const messenger = createMessenger({ now: () => new Date(), send: () => Promise.resolve(new Response()) });
messenger.faultOptions.keepMessages = false;
messenger.faultOptions.rate.perSecond = Infinity;
let rtt = { p50: 0, p99: 0 };

/** One half of a round trip. */
function halfTrip(): number {
  if (rtt.p50 === 0) return 0;
  const sigma = Math.log(rtt.p99 / rtt.p50) / 2.326;
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return (rtt.p50 * Math.exp(sigma * normal)) / 2;
}

const later = (work: () => void) => {
  const ms = halfTrip();
  if (ms === 0) work();
  else setTimeout(work, ms);
};

function end(outgoing: ServerResponse, answer: Answer): void {
  later(() => outgoing.writeHead(answer.status, answer.headers).end(answer.body));
}

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () =>
    later(() => {
      const answer = messenger.answer({
        method: incoming.method!,
        url: new URL(incoming.url!, 'https://graph.facebook.com'),
        header: (name) => (incoming.headers[name] as string | undefined) ?? null,
        body: Buffer.concat(chunks).toString(),
      });
      if (answer instanceof Promise) void answer.then((one) => end(outgoing, one));
      else end(outgoing, answer);
    }),
  );
});
server.keepAliveTimeout = 65_000;

function carryOut(order: Order): unknown {
  switch (order.do) {
    case 'page': {
      if (!messenger.world.apps.has(order.appId))
        messenger.addApp({
          id: order.appId,
          secret: order.secret,
          verifyToken: 'verify',
          callbackUrl: 'https://app.invalid/',
        });
      return messenger.addPage({ id: order.id, name: 'Bench', appId: order.appId }).token;
    }
    case 'people':
      return Array.from({ length: order.count }, (_none, index) => {
        const { psid, token } = messenger.seedThread({
          pageId: order.pageId,
          personId: `${order.pageId}-${messenger.world.people.size}-${index}`,
          payload: 'p',
        });
        return [psid, token];
      });
    case 'weather':
      messenger.faultOptions.rate.perSecond = order.perSecond;
      messenger.faultOptions.rate.headers = order.headers;
      rtt = { p50: order.p50, p99: order.p99 };
      return null;
    case 'tally': {
      const lines = messenger.ledger().filter((line) => line.pageId === order.pageId);
      const refused = messenger.refusals().filter((one) => one.pageId === order.pageId).length;
      const stamps = lines.map((line) => line.at);
      let most = 0;
      for (let from = 0, to = 0; to < stamps.length; to += 1) {
        while (stamps[to]! - stamps[from]! >= 1_000) from += 1;
        most = Math.max(most, to - from + 1);
      }
      return {
        notified: lines.length,
        people: new Set(lines.map((line) => line.psid)).size,
        refused,
        first: stamps[0] ?? null,
        last: stamps.at(-1) ?? null,
        mostInASecond: most,
      };
    }
  }
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  process.send!({ id, result: carryOut(order) });
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
