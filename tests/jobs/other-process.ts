// Another process of the same app, run by the tests beside this file: it works on a key until it is killed, or notifies and ends.
import { db } from '../../app/db.server.ts';
import { notify, type Subscription } from '../../app/jobs/pg-notify.server.ts';
import { createLeasedWorker } from '../../app/jobs/leased-worker.server.ts';

const [what, first, second] = process.argv.slice(2);

if (what === 'tend') {
  const leasedWorker = createLeasedWorker({
    kind: 'page',
    holder: `process ${process.pid}`,
    clock: () => new Date(),
    handlers: {
      work: async ({ lease }) => {
        process.stdout.write(`${lease.epoch}\n`);
        // Work that has no end of its own.
        await new Promise((resolve) => process.once('SIGTERM', resolve));
        return null;
      },
    },
  });
  leasedWorker.wake(first!, 'work');
  process.once('SIGTERM', () => {
    void leasedWorker.stop().then(() => db.$disconnect());
  });
} else {
  await db.$transaction((tx) => notify(tx, first as Subscription, second!));
  await db.$disconnect();
}
