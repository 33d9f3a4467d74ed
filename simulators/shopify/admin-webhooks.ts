// What an app may arrange for itself in one shop: webhooks that the shop alone sends, and giving optional scopes back.
import type { AdminContext, Resolvers } from './admin-context.ts';
import { gid, idOfType } from './gid.ts';
import { page, type PageArgs } from './paging.ts';
import type { Installation, ShopWebhook } from './shop-state.ts';
import { TOPIC_SCOPES } from './topics.ts';

type Source = { webhook: ShopWebhook };

const node = (webhook: ShopWebhook) => ({ __typename: 'WebhookSubscription', webhook });

/** ORDERS_CREATE is orders/create, APP_SCOPES_UPDATE is app/scopes_update: the list of topics knows where to cut. */
const topicOf = (name: string) =>
  Object.keys(TOPIC_SCOPES).find((topic) => topic.replace('/', '_').toUpperCase() === name);
const nameOf = (topic: string) => topic.replace('/', '_').toUpperCase();

const mayHearTopic = (installation: Installation, topic: string) => {
  const needed = TOPIC_SCOPES[topic] ?? [];
  return needed.length === 0 || needed.some((scope) => installation.scopes.includes(scope));
};

function create({
  topic: name,
  webhookSubscription: { uri, includeFields },
  context: { store, installation, now },
}: {
  topic: string;
  webhookSubscription: { uri?: string | null; includeFields?: string[] | null };
  context: AdminContext;
}) {
  const wrong = (field: string[], message: string) => ({
    webhookSubscription: null,
    userErrors: [{ field, message }],
  });
  const topic = topicOf(name);
  if (!topic || !mayHearTopic(installation, topic))
    return wrong(['topic'], 'You do not have permission to create or update webhooks with this topic');
  if (!uri || !URL.canParse(uri) || new URL(uri).protocol !== 'https:')
    return wrong(['webhookSubscription', 'uri'], 'Address is invalid');
  if (installation.webhooks.some((each) => each.topic === topic && each.uri === uri))
    return wrong(['webhookSubscription', 'uri'], 'Address for this topic has already been taken');
  const webhook: ShopWebhook = {
    id: store.nextId('webhook'),
    topic,
    uri,
    includeFields: includeFields ?? [],
    failures: 0,
    createdAt: now,
  };
  installation.webhooks.push(webhook);
  return { webhookSubscription: node(webhook), userErrors: [] };
}

export const webhooksAndScopes: Resolvers = {
  QueryRoot: {
    webhookSubscriptions: (
      _,
      args: PageArgs & { topics?: string[] | null; uri?: string | null },
      { installation },
    ) =>
      page({
        // Those of the app's configuration are not among them.
        rows: installation.webhooks.filter(
          (each) =>
            (!args.topics || args.topics.includes(nameOf(each.topic))) &&
            (!args.uri || each.uri === args.uri),
        ),
        args,
        idOf: ({ id }) => id,
        node,
      }),
  },

  WebhookSubscription: {
    id: ({ webhook }: Source) => gid('WebhookSubscription', webhook.id),
    topic: ({ webhook }: Source) => nameOf(webhook.topic),
    uri: ({ webhook }: Source) => webhook.uri,
    includeFields: ({ webhook }: Source) => webhook.includeFields,
    createdAt: ({ webhook }: Source) => webhook.createdAt,
  },

  Mutation: {
    webhookSubscriptionCreate: (_, args, context) => create({ ...args, context }),
    webhookSubscriptionDelete: (_, { id }: { id: string }, { installation }) => {
      const wanted = idOfType({ text: id, type: 'WebhookSubscription' });
      const known = installation.webhooks.some((each) => each.id === wanted);
      installation.webhooks = installation.webhooks.filter((each) => each.id !== wanted);
      return known
        ? { deletedWebhookSubscriptionId: id, userErrors: [] }
        : {
            deletedWebhookSubscriptionId: null,
            userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
          };
    },
    appRevokeAccessScopes: (
      _,
      { scopes }: { scopes: string[] },
      { store, shop, installation, optionalScopes },
    ) => {
      const required = scopes.filter((each) => !optionalScopes.includes(each));
      if (required.length > 0)
        return {
          revoked: null,
          userErrors: [
            {
              field: ['scopes'],
              message: `Can't revoke required access scopes: ${required.join(', ')}`,
              code: 'CANNOT_REVOKE_REQUIRED_SCOPES',
            },
          ],
        };
      const revoked = installation.scopes.filter((each) => scopes.includes(each));
      store.setScopes({
        shop: shop.domain,
        apiKey: installation.apiKey,
        scopes: installation.scopes.filter((each) => !scopes.includes(each)),
      });
      return {
        revoked: revoked.map((handle) => ({ handle, description: handle })),
        userErrors: [],
      };
    },
  },
};
