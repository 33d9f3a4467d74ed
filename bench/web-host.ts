// The web process of a bench, as in production, in a process of its own; ends with the bench.
import { startWeb } from '../app/server.ts';

const web = await startWeb({ port: 0 });
process.on('disconnect', () => process.exit(0));
process.send!({ port: web.port });
