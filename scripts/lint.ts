// `npm run lint`: the walls of the house, the usual mistakes, and the format.
import { runAll } from './tool.ts';

process.exitCode = runAll([
  { name: 'eslint', argv: ['--max-warnings=0', '.'] },
  { name: 'prettier', argv: ['--check', '--log-level=warn', '.'] },
]);
