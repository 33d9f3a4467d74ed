// From which address a request came: a `Request` does not say, and Shopify looks.
const sources = new WeakMap<Request, string>();

export const noteSource = (request: Request, address: string | undefined): void => {
  if (address !== undefined) sources.set(request, address);
};

/** Undefined where it cannot be established. */
export const sourceOf = (request: Request): string | undefined => sources.get(request);
