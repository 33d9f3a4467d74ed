// The Prisma clients of this process: one for all work, and one of the webhooks' own.
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '@prisma/client';
import { clientConfig, readDatabaseUrl, splitConnections } from './database-url.ts';
import { env } from './env.server.ts';
import { oncePerProcess } from './lib/once-per-process.ts';

const databaseUrl = readDatabaseUrl(env.DATABASE_URL);
/** For what a pooler would break: LISTEN, schedules. */
export const directUrl =
  env.DATABASE_DIRECT_URL === undefined ? databaseUrl : readDatabaseUrl(env.DATABASE_DIRECT_URL);
export const connections = splitConnections({ limit: databaseUrl.connectionLimit, role: env.ROLE });

/** Sooner than Shopify gives up on a webhook (5 s): it then hears our 503 and tries again. */
const WEBHOOK_WAIT_MS = 4_000;

const open = ({ purpose, max, waitMs }: { purpose: string; max: number; waitMs: number }) =>
  oncePerProcess(
    `database for ${purpose}`,
    () =>
      new PrismaClient({
        adapter: new PrismaPg(
          { ...clientConfig(databaseUrl, { purpose }), max, connectionTimeoutMillis: waitMs },
          { schema: databaseUrl.schema },
        ),
        transactionOptions: { maxWait: Math.min(waitMs, 10_000), timeout: 20_000 },
      }),
  );

export const db = open({
  purpose: 'work',
  max: connections.work,
  waitMs: databaseUrl.poolTimeoutMs,
});

/** For webhooks, and for what a host asks of us: their connections are their own, however much the rest of the process has to do. */
export const webhookDb = open({
  purpose: 'webhooks',
  max: connections.webhooks,
  waitMs: Math.min(WEBHOOK_WAIT_MS, databaseUrl.poolTimeoutMs),
});

/** What a room function needs to write within its caller's transaction. */
export type Tx = Parameters<Parameters<typeof db.$transaction>[0]>[0];

const camelCase = (name: string) =>
  name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** Rows of raw SQL by the names that Prisma's own rows have: columns are in snake_case, fields in camelCase. */
export function camelRows<Row>(rows: Record<string, unknown>[]): Row[] {
  const [first] = rows;
  if (first === undefined) return [];
  const names = Object.keys(first).map((column) => [column, camelCase(column)] as const);
  return rows.map((row) => Object.fromEntries(names.map(([column, name]) => [name, row[column]])) as Row);
}

/** Reads rows by raw SQL. */
export const queryRows = async <Row>({
  tx,
  sql,
}: {
  tx: Pick<Tx, '$queryRaw'>;
  sql: Prisma.Sql;
}): Promise<Row[]> => camelRows<Row>(await tx.$queryRaw<Record<string, unknown>[]>(sql));

/**
 * Runs `work` within a transaction so that its failure takes back its own writes and nothing that was written before.
 * @returns undefined when it failed; `onFailure` hears why.
 */
export async function attempt<T>({
  tx,
  work,
  onFailure,
}: {
  tx: Tx;
  work: () => Promise<T>;
  onFailure: (error: unknown) => void;
}): Promise<T | undefined> {
  await tx.$executeRaw`SAVEPOINT attempt`;
  try {
    const brought = await work();
    await tx.$executeRaw`RELEASE SAVEPOINT attempt`;
    return brought;
  } catch (error) {
    await tx.$executeRaw`ROLLBACK TO SAVEPOINT attempt`;
    // Going back to a savepoint keeps it: an attempt around this one would go back to here instead of to its own.
    await tx.$executeRaw`RELEASE SAVEPOINT attempt`;
    onFailure(error);
    return undefined;
  }
}
