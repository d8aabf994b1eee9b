import * as z from 'zod';

export interface Address {
  host: string;
  port: number;
}

/** `tcp://host:port` as a plan writes it. */
export function tcpEndpoint(): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });
}

/** Takes an endpoint apart that the schema has let through. */
export function addressOf(endpoint: string): Address {
  const [, host, port] = /^tcp:\/\/(.+):(\d+)$/.exec(endpoint) ?? [];
  if (!host || !port) throw new Error(`not an endpoint: ${endpoint}`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

function problemOf(endpoint: string): string | undefined {
  if (/^tcp:\/\/(\*|0\.0\.0\.0|\[::\]):/.test(endpoint))
    return 'this is an address to bind to; expected the host that others connect to, such as tcp://vllm:5557';
  if (/^(ipc|inproc|pgm|epgm|ws|wss|udp):/.test(endpoint)) return 'only tcp:// endpoints can be probed';
  const port = /^tcp:\/\/(?:\[[0-9a-fA-F:.%\w]+\]|[^\s:/@[\]]{1,253}):(\d{1,5})$/.exec(endpoint)?.[1];
  if (port === undefined) return 'expected tcp://host:port, with an IPv6 address in brackets';
  return Number(port) < 1 || Number(port) > 65_535 ? 'the port must lie between 1 and 65535' : undefined;
}
