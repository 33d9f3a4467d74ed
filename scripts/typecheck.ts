// `npm run typecheck`: the compiler reads everything and writes nothing.
import { runAll } from './tool.ts';

process.exitCode = runAll([{ name: 'typescript', bin: 'tsc', argv: ['--noEmit', '-p', '.'] }]);
