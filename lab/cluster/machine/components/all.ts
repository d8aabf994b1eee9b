import { netemNode } from '../../netem-node/netem-node.ts';
import type { DescribeComponent } from '../component.ts';
import { chaosController, chaosDaemon } from './chaos-mesh.ts';
import { containerd } from './containerd.ts';
import { apiserver, controllerManager, scheduler } from './control-plane.ts';
import { dns } from './dns.ts';
import { kubelet } from './kubelet.ts';
import { proxy } from './proxy.ts';
import { etcd } from './storage.ts';

/** Every server of node 1, and node 2 as a whole, by the name under which it is stopped and started. */
export const components = {
  etcd,
  containerd,
  apiserver,
  'controller-manager': controllerManager,
  scheduler,
  kubelet,
  proxy,
  dns,
  'chaos-controller': chaosController,
  'chaos-daemon': chaosDaemon,
  'netem-node': netemNode,
} as const satisfies Record<string, DescribeComponent>;

export type ComponentName = keyof typeof components;
