/**
 * Tells Prometheus, in the form that its HTTP discovery reads, what there is to scrape in the cluster: `GET /pods` and
 * `GET /nodes`. Not every build of Prometheus can ask the API server itself.
 */
import { Registry } from 'prom-client';
import { z } from 'zod';
import { askApiServer } from './api-server.ts';
import { answer, serveFace } from './face.ts';
import { endOnSignals, ownConfig } from './own-config.ts';
import { metricTargetsOf, nodeTargetsOf } from './targets/targets.ts';

export interface TargetsConfig {
  host?: string;
  httpPort: number;
  /** Where each node shows metrics. */
  nodePort: number;
}

const config = ownConfig<TargetsConfig>();

await serveFace({
  ...(config.host === undefined ? {} : { host: config.host }),
  port: config.httpPort,
  metrics: new Registry(),
  command: z.never(),
  obey: () => {},
  state: () => ({}),
  routes: {
    'GET /pods': async (_, response) => answer(response, 200, metricTargetsOf(await askApiServer('/api/v1/pods'))),
    'GET /nodes': async (_, response) =>
      answer(response, 200, nodeTargetsOf(await askApiServer('/api/v1/nodes'), config.nodePort)),
  },
});
endOnSignals(() => {});
