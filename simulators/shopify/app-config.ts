// Reads from the project's shopify.app.toml what Shopify reads at deploy: scopes, API version and webhook subscriptions.

export type Subscription = {
  topic: string;
  /** Absolute, as registered. */
  uri: string;
  compliance: boolean;
  /** The only fields that the body has; none: all of them. */
  includeFields: string[];
};

export type AppConfig = {
  clientId: string;
  applicationUrl: string;
  apiVersion: string;
  scopes: string[];
  /** Asked for by the app at run time, granted by the merchant or not. */
  optionalScopes: string[];
  subscriptions: Subscription[];
};

type Table = Record<string, string | boolean | string[]>;

/** Enough of TOML for this file: tables, arrays of tables, strings, booleans, and lists of strings over any number of lines. */
function tablesIn(toml: string): { name: string; table: Table }[] {
  const tables = [{ name: '', table: {} as Table }];
  let open = '';
  for (const raw of toml.split('\n')) {
    const line = withoutComment(raw).trim();
    if (!line) continue;
    const header = open ? null : /^\[\[?\s*([\w.]+)\s*\]\]?$/.exec(line);
    if (header?.[1]) {
      tables.push({ name: header[1], table: {} });
      continue;
    }
    open = `${open} ${line}`.trim();
    const pair = /^([\w-]+)\s*=\s*([^]*)$/.exec(open);
    if (!pair?.[1] || !pair[2]) throw new Error(`shopify.app.toml cannot be read here: ${open}`);
    if (pair[2].startsWith('[') && !pair[2].endsWith(']')) continue;
    tables.at(-1)!.table[pair[1]] = valueOf(pair[2]);
    open = '';
  }
  return tables;
}

function withoutComment(line: string): string {
  let quote = '';
  for (const [index, char] of [...line].entries()) {
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '#') return line.slice(0, index);
  }
  return line;
}

function valueOf(text: string): string | boolean | string[] {
  if (text === 'true' || text === 'false') return text === 'true';
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map(
    ([, double, single]) => single ?? (JSON.parse(`"${double}"`) as string),
  );
  return text.startsWith('[') ? strings : (strings[0] ?? text);
}

const list = (value: Table[string] | undefined): string[] => (Array.isArray(value) ? value : []);
const text = (value: Table[string] | undefined): string => (typeof value === 'string' ? value : '');

/** `applicationUrl` stands in for the file's own when the app runs elsewhere, as the CLI's own `--config` copy would. */
export function readAppConfig({
  toml,
  applicationUrl,
}: {
  toml: string;
  applicationUrl?: string;
}): AppConfig {
  const tables = tablesIn(toml);
  const table = (name: string): Table => tables.find((each) => each.name === name)?.table ?? {};
  const base = (applicationUrl ?? text(table('')['application_url'])).replace(/\/$/, '');
  const subscriptions = tables
    .filter(({ name }) => name === 'webhooks.subscriptions')
    .flatMap(({ table: given }) => {
      const uri = text(given['uri']);
      // The CLI puts the whole application_url before a relative uri, its path included.
      const absolute = uri.startsWith('/') ? `${base}${uri}` : uri;
      const includeFields = list(given['include_fields']);
      const subscribed = (topics: string[], compliance: boolean) =>
        topics.map((topic) => ({ topic, uri: absolute, compliance, includeFields }));
      return [
        ...subscribed(list(given['topics']), false),
        ...subscribed(list(given['compliance_topics']), true),
      ];
    });
  return {
    clientId: text(table('')['client_id']),
    applicationUrl: base,
    apiVersion: text(table('webhooks')['api_version']),
    scopes: text(table('access_scopes')['scopes'])
      .split(',')
      .map((scope) => scope.trim())
      .filter(Boolean),
    optionalScopes: list(table('access_scopes')['optional_scopes']),
    subscriptions,
  };
}

/** Only who is told about what. */
export const readSubscriptions = (toml: string): Subscription[] => readAppConfig({ toml }).subscriptions;
