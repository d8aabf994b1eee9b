import { resolve } from 'node:path';
import { openKubeClient } from '../../clients/kubernetes/open.ts';
import type { Driver, DriverContext } from '../contract.ts';
import { type ChaosMeshConfig, endsByItself, isOneShot } from './config.ts';
import { openLeases } from './lease.ts';
import { openObserved } from './observed.ts';
import { prepareStrike } from './prepare.ts';
import { openSingle } from './single.ts';
import { type Parts, RECOVER_WITHIN_MS, type Strike, type StrikeSetting, within } from './strike.ts';
import { openWorkflow } from './workflow.ts';

const GIVING_BACK_MS = 4_000;

/** One experiment on a cluster. Rejects with one line where there is no cluster. */
export async function openChaosMesh(config: ChaosMeshConfig, context: DriverContext, parts: Parts): Promise<Driver> {
  const { kubeconfig, context: contextName } = config;
  const kube = await openKubeClient({ kubeconfig, context: contextName, random: context.random });
  const leases = openLeases(kube, context);
  let strike: Strike | undefined;
  const driver: Driver = {
    async prepare(signal) {
      const { prepared, preparation } = await prepareStrike(
        { kube, config, context, leases, preflight: parts.preflight },
        signal,
      );
      // A sweep may begin in another folder.
      const path = kubeconfig && { kubeconfig: resolve(kubeconfig) };
      const access = { ...path, ...(contextName ? { context: contextName } : {}) };
      strike = openStrike(config, { kube, context, prepared, openProof: parts.openProof, access });
      return preparation;
    },
    async inject(signal) {
      if (!strike) throw new Error('nothing was prepared');
      return strike.inject(signal);
    },
    evidence: async (signal) => (strike ? strike.evidence(signal) : []),
    async recover(signal) {
      if (!strike) return { evidence: [{ of: 'note', text: 'nothing was injected' }] };
      const observed = await strike.recover(within(RECOVER_WITHIN_MS, signal));
      return { ...observed, evidence: [...observed.evidence, requestsNote(kube.requests)] };
    },
    async close() {
      await leases.release(AbortSignal.timeout(GIVING_BACK_MS));
      await strike?.close();
      kube.close();
    },
  };
  if (isOneShot(config) || endsByItself(config)) driver.hold = (signal) => strike!.hold(signal);
  return driver;
}

function openStrike(config: ChaosMeshConfig, setting: StrikeSetting): Strike {
  if (config.observe)
    return openObserved(setting, { schedule: config.schedule!, mayDelete: config.mayDelete === true });
  return setting.prepared.manifest.kind === 'Workflow' ? openWorkflow(setting) : openSingle(setting);
}

function requestsNote(requests: Readonly<Record<string, number>>) {
  const total = Object.values(requests).reduce((sum, count) => sum + count, 0);
  const text = `${total} requests to the API server so far`;
  return { of: 'note' as const, text, values: { requests: total, ...requests } };
}
