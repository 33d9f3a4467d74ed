// The app's IP allowlist in the Dev Dashboard: once it is switched on, the Admin API answers calls from those addresses alone.
import { BlockList, isIP } from 'node:net';
import { sourceOf } from '../network/source.ts';

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

export function createAllowlist() {
  let list: BlockList | null = null;
  return {
    /** Addresses and ranges (203.0.113.0/24); null switches it off. @throws when one of them is neither. */
    set(entries: string[] | null): void {
      list = entries && new BlockList();
      for (const entry of entries ?? []) {
        const [address = '', bits] = entry.split('/');
        if (isIP(address) === 0) throw new Error(`${entry} is no address and no range`);
        if (bits === undefined) list!.addAddress(address, family(address));
        else list!.addSubnet(address, Number(bits), family(address));
      }
    },
    /** A source that cannot be established is refused as well. */
    lets(request: Request): boolean {
      const source = sourceOf(request);
      return list === null || (source !== undefined && list.check(source, family(source)));
    },
  };
}

/** The status is Shopify's word; what the body says is not known. */
export const notAllowed = (): Response =>
  new Response(
    JSON.stringify({ errors: '[API] This app may not access the Admin API from this IP address' }),
    { status: 403, headers: { 'content-type': 'application/json; charset=utf-8' } },
  );
