import * as z from 'zod';

/** Keys with which a config says whose pods are looked at, and where the cluster is. */
export function podsConfig() {
  return {
    namespace: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'not a name of a namespace')
      .describe('where the pods are'),
    selector: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .describe('a label selector, as `kubectl --selector` takes it; this or `workload`')
      .optional(),
    workload: z
      .string()
      .regex(
        /^(deployment|statefulset|daemonset)\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
        'expected deployment/NAME, statefulset/NAME or daemonset/NAME',
      )
      .describe('`deployment/NAME`, `statefulset/NAME` or `daemonset/NAME`, whose selector is taken')
      .optional(),
    kubeconfig: z
      .string()
      .min(1)
      .describe('path of a kubeconfig; default `KUBECONFIG`, `~/.kube/config`, then the service account of the pod')
      .optional(),
    context: z.string().min(1).describe('a context of that kubeconfig; default its current one').optional(),
  };
}

/** What `podsConfig` reads. */
export interface PodsConfig {
  namespace: string;
  selector?: string | undefined;
  workload?: string | undefined;
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

/** Exactly one of them says which pods. */
export function saysWhichPods({ selector, workload }: PodsConfig): boolean {
  return (selector === undefined) !== (workload === undefined);
}

export const WHICH_PODS = { message: 'one of `selector` and `workload` says which pods', path: ['selector'] };
