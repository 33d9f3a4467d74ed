// Loaded ahead of the app with --import: leads every call for a platform's own host to the simulators, and refuses all others.
import { Agent, setGlobalDispatcher, type Dispatcher } from 'undici';

const address = process.env.SIMULATORS_ADDRESS;
if (!address)
  throw new Error('SIMULATORS_ADDRESS has to say where the simulators listen, e.g. http://127.0.0.1:4600');

const platform = /^(graph\.facebook\.com|www\.facebook\.com|[a-z0-9-]+\.myshopify\.com)$/;

const leadAway: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { hostname, host } = new URL(String(options.origin));
  if (hostname === '127.0.0.1' || hostname === 'localhost') return dispatch(options, handler);
  if (!platform.test(hostname)) throw new Error(`The simulators know no host ${hostname}.`);
  return dispatch({ ...options, origin: address, headers: withHost(options.headers, host) }, handler);
};

type Headers = Dispatcher.DispatchOptions['headers'];

function withHost(headers: Headers, host: string): Headers {
  const pairs: [string, string | string[]][] = [];
  if (Array.isArray(headers))
    for (let at = 0; at < headers.length; at += 2)
      pairs.push([String(headers[at]), headers[at + 1] as string]);
  else if (headers && Symbol.iterator in headers)
    for (const [name, value] of headers as Iterable<[string, string]>) pairs.push([name, value]);
  else
    for (const [name, value] of Object.entries(headers ?? {}))
      if (value !== undefined) pairs.push([name, value]);
  return Object.fromEntries([...pairs.filter(([name]) => name.toLowerCase() !== 'host'), ['host', host]]);
}

setGlobalDispatcher(new Agent({ connections: 512 }).compose(leadAway));
