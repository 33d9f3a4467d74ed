// Refuses requests that no browser and no platform sends.
export type Refusal = { status: 400 | 403 | 405; text: string };

export const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];

/** A name or an address, with or without a port (RFC 9110, 7.2). */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** `target` is what stands in the request line. @returns null where nothing is wrong. */
export function refusalOf({
  method,
  target,
  host = '',
  origin,
  ownOrigin,
}: {
  method: string;
  target: string;
  /** Missing from HTTP/1.0, as some probes still speak it. */ host: string | undefined;
  origin: string | undefined;
  ownOrigin: string;
}): Refusal | null {
  if (!METHODS.includes(method)) return { status: 405, text: 'This method is not supported.' };
  if (host !== '' && !HOST.test(host)) return { status: 400, text: 'The Host header is not valid.' };
  const path = readablePath(target);
  // PostgreSQL holds no NUL, so nothing that is looked up has one.
  if (path === null || path.includes('\0') || target.includes('%00'))
    return { status: 400, text: 'The address is not valid.' };
  // Remix would answer such a form of another site with 500.
  if (method === 'POST' && origin !== undefined && origin !== ownOrigin && path.startsWith('/app'))
    return { status: 403, text: 'This form was sent by another site.' };
  return null;
}

/** The path without its escapes; null when it can't be read. */
function readablePath(target: string): string | null {
  if (!target.startsWith('/')) return null;
  try {
    return decodeURIComponent(target.split('?', 1)[0]!);
  } catch {
    return null;
  }
}
