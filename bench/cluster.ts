/** `make bench-cluster`: what a run by Chaos Mesh takes, on the lab's own cluster. Runs in the network of that cluster. */

import { benchChaosMesh } from './chaos-mesh.ts';
import { tellRows } from './rows.ts';

const { runs, requests, injectedLagSeconds, peakMegabytes } = await benchChaosMesh();

tellRows([
  {
    what: `requests to the API server for one partition, ${runs} runs`,
    measured: `median ${requests.median}, at most ${requests.most}`,
    limit: '120',
    holds: requests.most <= 120,
  },
  {
    what: "`injected` in the timeline after the record's own stamp, which has whole seconds",
    measured: `p50 ${injectedLagSeconds.p50.toFixed(2)} s, p95 ${injectedLagSeconds.p95.toFixed(2)} s`,
    limit: 'p95 2.5 s',
    holds: injectedLagSeconds.p95 <= 2.5,
  },
  {
    what: 'peak memory of the runner',
    measured: `${peakMegabytes.toFixed(0)} MB`,
    limit: '120 MB',
    holds: peakMegabytes < 120,
  },
]);
