// The environment, parsed once at boot: what is missing is said at once, and nothing starts.
import { parseEnvironment } from './environment.ts';

export const env = parseEnvironment(process.env);
