// What a query costs after Shopify's rules (https://shopify.dev/docs/api/usage/limits): asked before it runs, and counted again on what came back.
import {
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** The most that one query may ask for. */
export const MAX_QUERY_COST = 1_000;

const MUTATION_COST = 10;
// From memory of Shopify's cost debugger: a connection costs two besides what it holds. The strict reading.
const CONNECTION_COST = 2;
// An error list is there when things go wrong; Shopify does not charge for it.
const FREE_FIELDS = new Set(['userErrors', 'pageInfo']);

type Walk = {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
};

type Fields = Map<string, FieldNode[]>;

/** `data` absent: the price in advance. Present: the price of what was really returned. */
export function queryCost({
  schema,
  document,
  operation,
  variables,
  data,
}: {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  data?: unknown;
}): number {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [],
    ),
  );
  const root = schema.getRootType(operation.operation);
  if (!root || data === null) return 0;
  const walk = { schema, fragments, variables };
  return ofFields({ walk, type: root, selections: [operation.selectionSet], value: data });
}

function ofFields({
  walk,
  type,
  selections,
  value,
}: {
  walk: Walk;
  type: GraphQLObjectType;
  selections: SelectionSetNode[];
  value?: unknown;
}): number {
  let total = 0;
  for (const [key, nodes] of collect({ walk, type, selections })) {
    const node = nodes[0];
    const field = node && type.getFields()[node.name.value];
    if (!node || !field) continue;
    const returned = value === undefined ? undefined : ((value as Record<string, unknown>)[key] ?? null);
    total += ofField({ walk, parent: type, field, nodes, value: returned });
  }
  return total;
}

function ofField({
  walk,
  parent,
  field,
  nodes,
  value,
}: {
  walk: Walk;
  parent: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
  nodes: FieldNode[];
  value?: unknown;
}): number {
  const type = getNamedType(field.type);
  const mutation = parent === walk.schema.getMutationType();
  if (isLeafType(type) || FREE_FIELDS.has(field.name) || field.name.startsWith('__')) return 0;
  if (value === null) return mutation ? MUTATION_COST : 0;
  const selections = nodes.flatMap((node) => node.selectionSet ?? []);
  const args = getArgumentValues(field, nodes[0]!, walk.variables);
  if (isConnection(type)) return ofConnection({ walk, type, selections, args, value });
  if (mutation) return MUTATION_COST + ofType({ walk, type, selections, value });
  if (!isList(field.type)) return 1 + ofType({ walk, type, selections, value });
  if (value === undefined) {
    const ids = Array.isArray(args['ids']) ? args['ids'].length : 1;
    return ids * (1 + ofType({ walk, type, selections }));
  }
  return sum(value as unknown[], (each) => 1 + ofType({ walk, type, selections, value: each }));
}

/** `nodes` and `edges.node` are two ways to the same things, so a connection is charged for the dearer of them. */
function ofConnection({
  walk,
  type,
  selections,
  args,
  value,
}: {
  walk: Walk;
  type: GraphQLObjectType;
  selections: SelectionSetNode[];
  args: Record<string, unknown>;
  value?: unknown;
}): number {
  const asked = Number(args['first'] ?? args['last'] ?? 0);
  let dearest = 0;
  for (const [key, nodes] of collect({ walk, type, selections })) {
    const name = nodes[0]?.name.value;
    if (name !== 'nodes' && name !== 'edges') continue;
    let of = getNamedType(type.getFields()[name]!.type);
    let inner = nodes.flatMap((node) => node.selectionSet ?? []);
    let values =
      value === undefined ? undefined : (((value as Record<string, unknown>)[key] as unknown[] | null) ?? []);
    if (name === 'edges' && isObjectType(of)) {
      const [nodeKey, nodeFields] =
        [...collect({ walk, type: of, selections: inner })].find(
          ([, fields]) => fields[0]?.name.value === 'node',
        ) ?? [];
      of = getNamedType(of.getFields()['node']!.type);
      inner = nodeFields?.flatMap((node) => node.selectionSet ?? []) ?? [];
      if (nodeKey) values = values?.map((edge) => (edge as Record<string, unknown>)[nodeKey]);
    }
    const price = values
      ? sum(values, (each) => 1 + ofType({ walk, type: of, selections: inner, value: each }))
      : asked * (1 + ofType({ walk, type: of, selections: inner }));
    dearest = Math.max(dearest, price);
  }
  return CONNECTION_COST + dearest;
}

/** The selections of an object; of an interface or union, the dearest that one of its types can make them. */
function ofType({
  walk,
  type,
  selections,
  value,
}: {
  walk: Walk;
  type: GraphQLNamedType;
  selections: SelectionSetNode[];
  value?: unknown;
}): number {
  if (value === null) return 0;
  if (isObjectType(type)) return ofFields({ walk, type, selections, value });
  if (!isAbstractType(type)) return 0;
  const keys = value === undefined ? null : Object.keys(value);
  let dearest = 0;
  for (const possible of candidates({ walk, type, selections })) {
    const fields = collect({ walk, type: possible, selections });
    // The answer names its type only when asked to; its keys tell which of the fragments it went through.
    if (keys && (fields.size !== keys.length || !keys.every((key) => fields.has(key)))) continue;
    dearest = Math.max(dearest, ofFields({ walk, type: possible, selections, value }));
  }
  return dearest;
}

/** `Node` has hundreds of types; only those that a fragment names, and one that none names, can differ in price. */
function candidates({
  walk,
  type,
  selections,
}: {
  walk: Walk;
  type: GraphQLNamedType;
  selections: SelectionSetNode[];
}): GraphQLObjectType[] {
  if (!isAbstractType(type)) return [];
  const possible = walk.schema.getPossibleTypes(type);
  const named = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (node.kind === 'Field') continue;
      const fragment = node.kind === 'FragmentSpread' ? walk.fragments.get(node.name.value) : node;
      const condition = fragment?.typeCondition?.name.value;
      const target = condition === undefined ? undefined : walk.schema.getType(condition);
      if (isObjectType(target)) named.add(target.name);
      if (isInterfaceType(target)) for (const each of possible) named.add(each.name);
      if (fragment) visit(fragment.selectionSet);
    }
  };
  selections.forEach(visit);
  const other = possible.find((each) => !named.has(each.name));
  return [...possible.filter((each) => named.has(each.name)), ...(other ? [other] : [])];
}

function collect({
  walk,
  type,
  selections,
}: {
  walk: Walk;
  type: GraphQLObjectType;
  selections: SelectionSetNode[];
}): Fields {
  const fields: Fields = new Map();
  const visit = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!isWanted({ node, variables: walk.variables })) continue;
      if (node.kind === 'Field') {
        const key = node.alias?.value ?? node.name.value;
        fields.set(key, [...(fields.get(key) ?? []), node]);
        continue;
      }
      const fragment = node.kind === 'FragmentSpread' ? walk.fragments.get(node.name.value) : node;
      const condition = fragment?.typeCondition?.name.value;
      const target = condition === undefined ? type : walk.schema.getType(condition);
      const meant = target === type || (isAbstractType(target) && walk.schema.isSubType(target, type));
      if (fragment && meant) visit(fragment.selectionSet);
    }
  };
  selections.forEach(visit);
  return fields;
}

function isWanted({
  node,
  variables,
}: {
  node: SelectionSetNode['selections'][number];
  variables: Record<string, unknown>;
}): boolean {
  return (node.directives ?? []).every((directive) => {
    const given = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
    const value =
      given?.kind === 'Variable'
        ? variables[given.name.value]
        : given?.kind === 'BooleanValue' && given.value;
    if (directive.name.value === 'skip') return value !== true;
    return directive.name.value === 'include' ? value === true : true;
  });
}

function isConnection(type: GraphQLNamedType): type is GraphQLObjectType {
  return isObjectType(type) && type.name.endsWith('Connection') && 'pageInfo' in type.getFields();
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function sum<T>(values: T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + (value === null ? 0 : of(value)), 0);
}
