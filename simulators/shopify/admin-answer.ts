// Runs one operation on Shopify's schema: every field is first checked against the token's scopes, then answered from the store.
import {
  execute,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import { checkAccess } from './access.ts';
import { catalogue } from './admin-catalogue.ts';
import {
  itemNode,
  levelNode,
  locationNode,
  productNode,
  variantNode,
  type AdminContext,
  type Resolvers,
} from './admin-context.ts';
import { inventory, levelByGid } from './admin-inventory.ts';
import { mutations } from './admin-mutations.ts';
import { orderNode, orders } from './admin-orders.ts';
import { installationNode, ownShop, shopNode } from './admin-shop.ts';
import { webhooksAndScopes } from './admin-webhooks.ts';
import { flow } from './flow.ts';
import { readGid } from './gid.ts';
import type { AdminSchema } from './schema.ts';

function nodeOf({ text, context }: { text: string; context: AdminContext }): object | null {
  const { shop, installation } = context;
  const { type, id } = readGid(text);
  const product = shop.products.get(id);
  const variant = shop.variants.get(id);
  const item = shop.items.get(id);
  const location = shop.locations.get(id);
  const order = shop.orders.get(id);
  if (type === 'Product') return product ? productNode({ shop, product }) : null;
  if (type === 'ProductVariant') return variant ? variantNode({ shop, variant }) : null;
  if (type === 'InventoryItem') return item ? itemNode({ shop, item }) : null;
  if (type === 'Location') return location ? locationNode({ shop, location }) : null;
  if (type === 'Order') return order ? orderNode({ shop, order }) : null;
  if (type === 'Shop') return id === shop.id ? shopNode({ shop }) : null;
  if (type === 'AppInstallation') return id === installation.id ? installationNode({ installation }) : null;
  if (type !== 'InventoryLevel') return null;
  const level = levelByGid({ shop, text });
  return level ? levelNode({ shop, level }) : null;
}

const byId: Resolvers = {
  QueryRoot: {
    node: (_, args: { id: string }, context) => nodeOf({ text: args.id, context }),
    nodes: (_, args: { ids: string[] }, context) => args.ids.map((text) => nodeOf({ text, context })),
  },
};

const resolvers: Resolvers = {};
for (const part of [catalogue, inventory, ownShop, orders, webhooksAndScopes, mutations, flow, byId]) {
  for (const [type, fields] of Object.entries(part)) resolvers[type] = { ...resolvers[type], ...fields };
}

function resolve(source: object | undefined, args: unknown, context: AdminContext, info: GraphQLResolveInfo) {
  const { name } = info.parentType;
  const resolver = resolvers[name]?.[info.fieldName];
  if (resolver) return resolver(source, args, context);
  if (source && info.fieldName in source) return (source as Record<string, unknown>)[info.fieldName];
  throw new GraphQLError(`The Shopify simulator does not answer ${name}.${info.fieldName}`, {
    extensions: { code: 'NOT_IN_STAND_IN' },
  });
}

/** Dates leave as Shopify writes them: to the second, in UTC. */
const written = (value: unknown): unknown =>
  value instanceof Date ? value.toISOString().replace(/\.\d{3}Z$/, 'Z') : value;

export async function answer({
  admin,
  document,
  operation,
  variables,
  context,
}: {
  admin: AdminSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
  context: AdminContext;
}): Promise<ExecutionResult> {
  const granted = new Set(context.installation.scopes);
  return execute({
    schema: admin.schema,
    document,
    operationName: operation.name?.value,
    variableValues: variables,
    contextValue: context,
    typeResolver: (value) => (value as { __typename: string }).__typename,
    fieldResolver: (source, args, given: AdminContext, info) => {
      checkAccess({ scopes: admin.scopes, granted, info });
      return written(resolve(source as object | undefined, args, given, info));
    },
  });
}
