// Prisma's PostgreSQL adapter with the gaps closed that stop its schema engine: catalogue columns of type "char", whole scripts, a shadow database.
import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type ColumnType,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { urlOf } from './embedded.ts';

type Reader = { type: ColumnType; read: (text: string) => unknown };
const asText = (text: string) => text;

const parser = (oid: number) => pg.types.getTypeParser(oid) as Reader['read'];
const { Boolean, Character, Int32, Int32Array, Int64, Json, Text, TextArray } = ColumnTypeEnum;

/** How the columns of PostgreSQL's catalogue are read, by the number of their type. "char" must be a Character, or the engine gives up. */
const readers = new Map<number, Reader>([
  [16, { type: Boolean, read: parser(16) }], // bool
  [18, { type: Character, read: asText }], // "char"
  [20, { type: Int64, read: asText }], // int8
  [21, { type: Int32, read: Number }], // int2
  [23, { type: Int32, read: Number }], // int4
  [26, { type: Int64, read: asText }], // oid
  [114, { type: Json, read: asText }],
  [1002, { type: TextArray, read: parser(1009) }], // "char"[]
  [1003, { type: TextArray, read: parser(1009) }], // name[]
  [1005, { type: Int32Array, read: parser(1007) }], // int2[]
  [1007, { type: Int32Array, read: parser(1007) }], // int4[]
  [1009, { type: TextArray, read: parser(1009) }], // text[]
]);
const readerOf = (oid: number): Reader => readers.get(oid) ?? { type: Text, read: asText };

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** `adapter`, made fit for migrations: it answers by itself where Prisma's own knows no such type. */
function fitForMigrations(adapter: PgAdapter): PgAdapter {
  const pool = adapter.underlyingDriver();
  const usual = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query: SqlQuery): Promise<SqlResultSet> => {
    try {
      return await usual(query);
    } catch (error) {
      const { cause } = error as { cause?: { kind?: string } };
      if (cause?.kind !== 'UnsupportedNativeDataType') throw error;
      const { fields, rows } = await pool.query<unknown[]>({
        text: query.sql,
        values: query.args,
        rowMode: 'array',
        types: { getTypeParser: (oid: number) => readerOf(oid).read },
      });
      return {
        columnNames: fields.map(({ name }) => name),
        columnTypes: fields.map(({ dataTypeID }) => readerOf(dataTypeID).type),
        rows,
      };
    }
  };
  // The adapter cuts scripts at every semicolon, also within a function's body; PostgreSQL takes them whole.
  adapter.executeScript = async (script) => void (await pool.query(script));
  return adapter;
}

/** The adapter for the server on that socket, whose shadow databases are made and dropped there. */
export function schemaAdapter({
  socketFolder,
}: {
  socketFolder: string;
}): SqlMigrationAwareDriverAdapterFactory {
  const connectTo = async (name: string) =>
    fitForMigrations(await new PrismaPg({ connectionString: urlOf({ socketFolder, name }) }).connect());

  async function connectToShadowDb(): Promise<SqlDriverAdapter> {
    const admin = new pg.Client({ connectionString: urlOf({ socketFolder }) });
    await admin.connect();
    const name = `shadow_${randomUUID().replaceAll('-', '')}`;
    await admin.query(`CREATE DATABASE ${name}`);
    const shadow = await connectTo(name);
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    };
    return shadow;
  }

  return {
    provider: 'postgres',
    adapterName: 'schema-adapter',
    connect: () => connectTo('postgres'),
    connectToShadowDb,
  };
}
