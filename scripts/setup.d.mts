// What setup.mjs offers to TypeScript; it stays plain JavaScript because it runs before Node 24 is there.
export function isInstalled(input: { root: string }): boolean;
