// Shopify's own schema and scope table, read once per process and version: building 3,500 types takes a moment.
import { buildSchema, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export const VERSIONS = ['2026-07', '2026-10'] as const;
export type Version = (typeof VERSIONS)[number];

/** The scopes of which any one opens a type (`Type`) or a field (`Type.field`). */
export type ScopeTable = Record<string, string[]>;

export type AdminSchema = { schema: GraphQLSchema; scopes: ScopeTable };

const built = new Map<Version, AdminSchema>();

const read = (name: string) => gunzipSync(readFileSync(new URL(`./schema/${name}.gz`, import.meta.url)));

export const isVersion = (text: string): text is Version => VERSIONS.includes(text as Version);

export function adminSchema(version: Version): AdminSchema {
  const known = built.get(version);
  if (known) return known;
  const fresh: AdminSchema = {
    // Shopify's own text needs no second opinion; the tests validate it once.
    schema: buildSchema(read(`admin_${version}.graphql`).toString(), { assumeValid: true }),
    scopes: JSON.parse(read(`scopes_${version}.json`).toString()) as ScopeTable,
  };
  built.set(version, fresh);
  return fresh;
}
