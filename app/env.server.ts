// The environment, parsed once at boot: what is missing is said at once, and nothing starts.
import { parseEnvironment } from './env-schema.ts';

export const env = parseEnvironment(process.env);
