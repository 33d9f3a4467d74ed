// `npm run screenshots [FOLDER]`: pictures of every admin page and of the product page's block, made in the very run that makes the assertions.
import { resolve } from 'node:path';

process.env.SCREENSHOTS = resolve(process.argv[2] ?? '.data/screenshots');
process.argv.splice(2, process.argv.length, 'tests/admin/pages.test.ts', 'tests/admin/earned.test.ts');
await import('./test.ts');
