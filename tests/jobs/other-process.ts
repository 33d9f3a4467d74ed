// Another process of the same app, run by the tests beside this file: it tends a key until it is killed, or rings a bell and ends.
import { db } from '../../app/db.server.ts';
import { ring, type Bell } from '../../app/jobs/pg-notify.server.ts';
import { createTender } from '../../app/jobs/leased-worker.server.ts';

const [what, first, second] = process.argv.slice(2);

if (what === 'tend') {
  const tender = createTender({
    kind: 'page',
    holder: `process ${process.pid}`,
    clock: () => new Date(),
    hands: {
      work: async ({ lease }) => {
        process.stdout.write(`${lease.epoch}\n`);
        // Work that has no end of its own.
        await new Promise((resolve) => process.once('SIGTERM', resolve));
        return null;
      },
    },
  });
  tender.poke(first!, 'work');
  process.once('SIGTERM', () => {
    void tender.stop().then(() => db.$disconnect());
  });
} else {
  await db.$transaction((tx) => ring(tx, first as Bell, second!));
  await db.$disconnect();
}
