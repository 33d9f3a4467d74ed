// Before all tests: one PostgreSQL for the whole run, and a migrated database that every test file gets a copy of.
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../scripts/database/migrate.ts';
import { startThrowawayPostgres, urlOf } from '../../scripts/database/embedded.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    socketFolder: string;
    template: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const template = 'story';
  const server = await startThrowawayPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${template}`);
  await client.end();
  await migrate(urlOf({ socketFolder: server.socketFolder, name: template }));
  project.provide('socketFolder', server.socketFolder);
  project.provide('template', template);
  return server.stop;
}
