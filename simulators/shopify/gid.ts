// Shopify's global ids: written for what we hold, and read back from what we are sent.
import { GraphQLError } from 'graphql';

export const gid = (type: string, id: bigint | string): string => `gid://shopify/${type}/${id}`;

/** @throws {GraphQLError} as Shopify does for text that is no global id. */
export function readGid(text: string): { type: string; id: bigint; parameters: URLSearchParams } {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d+)(?:\?(.*))?$/.exec(text);
  if (!match?.[1] || !match[2]) {
    throw new GraphQLError(`Invalid global id '${text}'`, {
      extensions: {
        code: 'INVALID_VARIABLE',
        problems: [{ path: [], explanation: `Invalid global id '${text}'` }],
      },
    });
  }
  return { type: match[1], id: BigInt(match[2]), parameters: new URLSearchParams(match[3] ?? '') };
}

/** The number in a global id of one type; any other type is an invalid id to that field. */
export function idOfType({ text, type }: { text: string; type: string }): bigint {
  const { type: given, id } = readGid(text);
  if (given !== type)
    throw new GraphQLError(`Invalid id: ${text}`, { extensions: { code: 'RESOURCE_NOT_FOUND' } });
  return id;
}
