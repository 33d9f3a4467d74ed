// The one Prisma client of this process.
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
import { env } from './env.server.ts';

export const db = new PrismaClient({
  adapter: new PrismaPg({ connectionString: env.DATABASE_URL, max: 12 }),
  transactionOptions: { maxWait: 10_000, timeout: 20_000 },
});

/** What a room function needs to write within its caller's transaction. */
export type Tx = Parameters<Parameters<typeof db.$transaction>[0]>[0];
