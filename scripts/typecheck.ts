// `npm run typecheck`: the compiler reads everything and writes nothing.
import { runAll } from './tool.ts';

process.exitCode = runAll([
  { name: 'typescript', bin: 'tsc', argv: ['--noEmit', '-p', '.'] },
  // Preact and Shopify's own elements: another world than the admin's React.
  { name: 'typescript', bin: 'tsc', argv: ['--noEmit', '-p', 'extensions/product-waitlist'] },
]);
