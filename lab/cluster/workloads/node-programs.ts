import { join } from 'node:path';
import { type ContainerPart, type Needs, readyByHttp, resources } from './objects.ts';
import { type HostPath, hostFolder, programContainer } from './programs.ts';

export interface NodeProgram {
  /** Of the container. */
  name: string;
  image: string;
  /** File in `lab/workloads`, and what it is told. */
  program: string;
  config: { httpPort: number };
  ports?: Record<string, number>;
  scratch?: Record<string, string>;
  host?: readonly HostPath[];
  needs?: Partial<Needs>;
  more?: Record<string, unknown>;
}

const checkout = join(import.meta.dirname, '..', '..', '..');
const mountedAt = '/opt/steadfast';

/** One of the lab's own workloads, ready when it answers. It runs from this checkout, which the container may read only. */
export async function nodeProgram(options: NodeProgram): Promise<ContainerPart> {
  const { httpPort } = options.config;
  return programContainer({
    name: options.name,
    image: options.image,
    command: ['node', programFile(options.program), JSON.stringify({ host: '0.0.0.0', ...options.config })],
    host: [await hostFolder('checkout', checkout, mountedAt), ...(options.host ?? [])],
    scratch: options.scratch ?? {},
    ports: { metrics: httpPort, ...options.ports },
    more: {
      readinessProbe: readyByHttp(httpPort, '/healthz'),
      resources: resources({ cpu: '50m', memory: '64Mi', memoryLimit: '256Mi', ...options.needs }),
      ...options.more,
    },
  });
}

export function programFile(name: string): string {
  return `${mountedAt}/lab/workloads/${name}`;
}

export async function checkoutFolder(): Promise<HostPath> {
  return await hostFolder('checkout', checkout, mountedAt);
}
