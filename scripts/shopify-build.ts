// `npm run build:shopify`: Shopify's own command line reads the app's configuration and bundles its extensions, offline.
import { runAll } from './tool.ts';

process.exitCode = runAll([
  {
    name: '@shopify/cli',
    bin: 'shopify',
    argv: ['app', 'build', '--path', '.', '--skip-dependencies-installation'],
    env: { CI: '1', SHOPIFY_CLI_NO_ANALYTICS: '1', NO_UPDATE_NOTIFIER: '1' },
  },
]);
