// Run by log.test.ts as a process of its own: the real web process, at which strangers knock a few hundred times; its log is the output.
import { startWeb } from '../../app/server.ts';

const web = await startWeb({ port: 0 });
const long = (unit: string) => encodeURIComponent(unit.repeat(2_000 / unit.length));
const knocks: [string, RequestInit?][] = [
  [`/?_data=://${long('a:')}`],
  ['/app?_data=routes%2Fnobody-knows'],
  [`/nowhere/${long('ey-')}`],
  ['/webhooks/shopify/products?_data=root'],
  ['/app/settings', { method: 'PROPFIND' }],
  [`/go/${long('x')}`],
  ['/messenger/deauthorize?_data=routes%2Fapp'],
];
for (const [path, init] of knocks)
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      const answer = await fetch(`http://127.0.0.1:${web.port}${path}`, { redirect: 'manual', ...init });
      await answer.arrayBuffer();
      if (answer.status >= 500) throw new Error(`${path} was answered ${answer.status}`);
    }),
  );
await web.stop();
process.exit(0);
