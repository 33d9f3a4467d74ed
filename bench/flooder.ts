// Somebody whose webhooks never stop: so many connections, each with the next delivery as soon as the last one was answered.
import { Agent, request } from 'undici';

export type Flood = {
  origin: string;
  connections: number;
  deliveries: { path: string; body: string; headers: Record<string, string> }[];
};

let flooding: AbortController | undefined;
const answers: Record<string, number> = {};

async function pour({ origin, connections, deliveries }: Flood, signal: AbortSignal): Promise<void> {
  const dispatcher = new Agent({ connections });
  await Promise.all(
    Array.from({ length: connections }, async (_none, lane) => {
      for (let at = lane; !signal.aborted; at += 1) {
        const { path, body, headers } = deliveries[at % deliveries.length]!;
        const { statusCode, body: answer } = await request(origin + path, {
          method: 'POST',
          body,
          headers,
          dispatcher,
        });
        await answer.dump();
        answers[statusCode] = (answers[statusCode] ?? 0) + 1;
      }
    }),
  );
  await dispatcher.close();
}

process.on('message', (order: Flood | 'stop') => {
  if (order !== 'stop') {
    const ending = new AbortController();
    flooding = ending;
    void pour(order, ending.signal).then(() => {
      process.send!({ answers: { ...answers } });
      for (const status of Object.keys(answers)) delete answers[status];
    });
  } else flooding?.abort();
});
process.on('disconnect', () => process.exit(0));
