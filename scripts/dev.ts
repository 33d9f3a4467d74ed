// `npm run dev`: the app on a real development store, through Shopify's own command line.
import { runAll } from './tool.ts';

process.exitCode = runAll([
  { name: '@shopify/cli', bin: 'shopify', argv: ['app', 'dev', '--path', '.', ...process.argv.slice(2)] },
]);
