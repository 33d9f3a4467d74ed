// `npm run format`: writes every file the way `npm run lint` wants it.
import { runAll } from './tool.ts';

process.exitCode = runAll([
  { name: 'eslint', argv: ['--fix', '.'] },
  { name: 'prettier', argv: ['--write', '--log-level=warn', '.'] },
]);
