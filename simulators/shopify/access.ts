// Which fields a token's scopes open, computed from Shopify's own table.
import { getNamedType, GraphQLError, isObjectType, type GraphQLResolveInfo } from 'graphql';
import type { ScopeTable } from './schema.ts';

/** A scope to write includes the scope to read. */
function covers({ granted, needed }: { granted: ReadonlySet<string>; needed: string }): boolean {
  return granted.has(needed) || granted.has(needed.replace(/^read_/, 'write_'));
}

/** The scopes of which one is needed to select this field, or null when it is open to all. */
export function neededScopes({
  scopes,
  type,
  field,
}: {
  scopes: ScopeTable;
  type: string;
  field: string;
}): string[] | null {
  return scopes[`${type}.${field}`] ?? scopes[type] ?? null;
}

/** Throws the error that Shopify answers with when the token may not read the field, or the things that it leads to. */
export function checkAccess({
  scopes,
  granted,
  info,
}: {
  scopes: ScopeTable;
  granted: ReadonlySet<string>;
  info: GraphQLResolveInfo;
}): void {
  const needed = [
    neededScopes({ scopes, type: info.parentType.name, field: info.fieldName }),
    scopes[heldType(info)] ?? null,
  ];
  for (const choice of needed) {
    if (!choice || choice.some((each) => covers({ granted, needed: each }))) continue;
    const required = `${[...new Set(choice)].map((each) => `\`${each}\``).join(' or ')} access scope.`;
    throw new GraphQLError(`Access denied for ${info.fieldName} field. Required access: ${required}`, {
      extensions: {
        code: 'ACCESS_DENIED',
        documentation: 'https://shopify.dev/api/usage/access-scopes',
        requiredAccess: required,
      },
    });
  }
}

/** A connection is judged by what it holds. */
function heldType(info: GraphQLResolveInfo): string {
  const type = getNamedType(info.returnType);
  if (!isObjectType(type) || !type.name.endsWith('Connection')) return type.name;
  const nodes = type.getFields()['nodes'];
  return nodes ? getNamedType(nodes.type).name : type.name;
}
