// `npm run screenshots [FOLDER]`: pictures of every admin page and of the product page's block, made in the run that makes the assertions.
import { resolve } from 'node:path';

process.env.SCREENSHOTS = resolve(process.argv[2] ?? '.data/screenshots');
const tests = ['pages', 'earned', 'block'].map((name) => `tests/admin/${name}.test.ts`);
process.argv.splice(2, process.argv.length, ...tests);
await import('./test.ts');
