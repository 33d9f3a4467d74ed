// App-data metafields: what the app writes for its theme block, checked as Shopify checks it.
import { createHash } from 'node:crypto';
import type { AdminContext } from './admin-context.ts';
import { gid } from './gid.ts';
import { page, type PageArgs } from './paging.ts';
import type { Installation, Metafield } from './shop-state.ts';

export type MetafieldInput = {
  ownerId: string;
  namespace?: string;
  key: string;
  type?: string;
  value: string;
  compareDigest?: string | null;
};

type UserError = { field: string[]; message: string; code: string; elementIndex: number | null };

const MOST_AT_ONCE = 25;

const jsonTypes = new Set(['json', 'list.single_line_text_field', 'rich_text_field', 'money', 'link']);

const valid: Record<string, (value: string) => boolean> = {
  boolean: (value) => value === 'true' || value === 'false',
  number_integer: (value) => /^-?\d{1,16}$/.test(value),
  number_decimal: (value) => /^-?\d+(\.\d{1,9})?$/.test(value),
  single_line_text_field: (value) => !/[\r\n]/.test(value),
  multi_line_text_field: () => true,
  url: (value) => URL.canParse(value),
  id: (value) => value.length > 0,
  date_time: (value) => !Number.isNaN(Date.parse(value)),
};

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

const digest = (value: string) => createHash('sha256').update(value).digest('hex');

const ownGid = (installation: Installation) => gid('AppInstallation', installation.id);

/** Without a namespace, the app writes in the one that is reserved for it. */
const namespaceOf = ({ namespace, installation }: { namespace?: string; installation: Installation }) =>
  !namespace || namespace === '$app'
    ? `app--${installation.id}`
    : namespace.replace(/^\$app:/, `app--${installation.id}--`);

export function findMetafield({
  installation,
  namespace,
  key,
}: {
  installation: Installation;
  namespace?: string;
  key: string;
}): Metafield | undefined {
  const space = namespaceOf({ namespace, installation });
  return installation.metafields.find((each) => each.namespace === space && each.key === key);
}

export function metafieldNode({
  metafield,
  installation,
}: {
  metafield: Metafield;
  installation: Installation;
}) {
  const { id, namespace, key, type, value, createdAt, updatedAt } = metafield;
  return {
    __typename: 'Metafield',
    id: gid('Metafield', id),
    legacyResourceId: String(id),
    namespace,
    key,
    type,
    value,
    jsonValue: isJson(value) ? (JSON.parse(value) as unknown) : value,
    ownerType: 'API_PERMISSION',
    owner: { __typename: 'AppInstallation', installation },
    compareDigest: digest(value),
    sizeInBytes: Buffer.byteLength(value),
    createdAt,
    updatedAt,
  };
}

export function metafieldPage({
  installation,
  args,
}: {
  installation: Installation;
  args: PageArgs & { namespace?: string; keys?: string[] };
}) {
  const space = args.namespace && namespaceOf({ namespace: args.namespace, installation });
  const rows = installation.metafields.filter(
    (each) =>
      (!space || each.namespace === space) &&
      (!args.keys || args.keys.includes(`${each.namespace}.${each.key}`) || args.keys.includes(each.key)),
  );
  const node = (metafield: Metafield) => metafieldNode({ metafield, installation });
  return page({ rows, args, idOf: ({ id }) => id, node });
}

function faultIn({
  input,
  index,
  installation,
}: {
  input: MetafieldInput;
  index: number;
  installation: Installation;
}): UserError | null {
  const error = (field: string, message: string, code: string): UserError => ({
    field: ['metafields', String(index), field],
    message,
    code,
    elementIndex: index,
  });
  const known = findMetafield({ installation, ...input });
  const type = input.type ?? known?.type;
  if (input.ownerId !== ownGid(installation)) return error('ownerId', 'Owner does not exist.', 'INVALID');
  if (input.key.length < 2) return error('key', 'Key is too short (minimum is 2 characters)', 'TOO_SHORT');
  if (input.key.length > 64) return error('key', 'Key is too long (maximum is 64 characters)', 'TOO_LONG');
  if (!/^[\w-]+$/.test(input.key)) return error('key', 'Key contains invalid characters.', 'INVALID');
  if (input.namespace !== undefined && input.namespace.length < 3)
    return error('namespace', 'Namespace is too short (minimum is 3 characters)', 'TOO_SHORT');
  if (input.value === '') return error('value', "Value can't be blank", 'BLANK');
  if (type === undefined) return error('type', "Type can't be blank", 'BLANK');
  if (known && known.type !== type) {
    const message = `Type must be consistent with the existing metafield's type: '${known.type}'.`;
    return error('type', message, 'INVALID_TYPE');
  }
  const check = jsonTypes.has(type) || type.startsWith('list.') ? isJson : valid[type];
  if (!check) return error('type', `Type '${type}' is not a supported type.`, 'INCLUSION');
  if (!check(input.value)) return error('value', `Value is invalid for type '${type}'.`, 'INVALID_VALUE');
  if (input.compareDigest !== undefined && input.compareDigest !== (known ? digest(known.value) : null))
    return error('compareDigest', 'The resource has been updated since it was loaded.', 'STALE_OBJECT');
  return null;
}

/** All or nothing, as Shopify promises of one call. */
export function setMetafields({ inputs, context }: { inputs: MetafieldInput[]; context: AdminContext }) {
  const { installation, now, store } = context;
  if (inputs.length > MOST_AT_ONCE) {
    const message = `Exceeded the maximum metafields input limit of ${MOST_AT_ONCE}.`;
    const error = { field: ['metafields'], message, code: 'LESS_THAN_OR_EQUAL_TO', elementIndex: null };
    return { metafields: [], userErrors: [error] };
  }
  const userErrors = inputs.flatMap((input, index) => faultIn({ input, index, installation }) ?? []);
  if (userErrors.length > 0) return { metafields: [], userErrors };
  const written = inputs.map((input) => {
    const known = findMetafield({ installation, ...input });
    if (known) return Object.assign(known, { value: input.value, updatedAt: now });
    const metafield: Metafield = {
      id: store.nextId('metafield'),
      namespace: namespaceOf({ namespace: input.namespace, installation }),
      key: input.key,
      type: input.type!,
      value: input.value,
      createdAt: now,
      updatedAt: now,
    };
    installation.metafields.push(metafield);
    return metafield;
  });
  return { metafields: written.map((metafield) => metafieldNode({ metafield, installation })), userErrors };
}

export function deleteMetafields({
  identifiers,
  context,
}: {
  identifiers: { ownerId: string; namespace: string; key: string }[];
  context: AdminContext;
}) {
  const { installation } = context;
  const userErrors = identifiers.flatMap(({ ownerId }, index) =>
    ownerId === ownGid(installation)
      ? []
      : [{ field: ['metafields', String(index), 'ownerId'], message: 'Owner does not exist.' }],
  );
  if (userErrors.length > 0) return { deletedMetafields: null, userErrors };
  const deletedMetafields = identifiers.map((identifier) => {
    const known = findMetafield({ installation, ...identifier });
    installation.metafields = installation.metafields.filter((each) => each !== known);
    return known ? identifier : null;
  });
  return { deletedMetafields, userErrors };
}
