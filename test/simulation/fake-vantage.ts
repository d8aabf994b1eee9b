import type { OpenVantage } from '../../src/scheduler/open-vantage.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { Plan } from '../../src/slo/model/plan.ts';
import { readerOf, VirtualSidecars } from '../vantages/virtual-sidecars.ts';
import { Dice } from './dice.ts';
import { fakeProbe } from './fake-probe.ts';
import type { World } from './world.ts';

export const FAR = 'far';

/** The production reader and the production stations, on machines with clocks of their own, in weather that loses and delays. */
export function fakeVantages(world: World, plan: Plan, seed: number) {
  const there = { ...plan, probes: plan.probes.filter(({ at }) => at === FAR) };
  if (there.probes.length === 0) return undefined;
  const dice = new Dice(seed, 'vantage');
  const setting = {
    ...{ plan: there, vantage: FAR },
    probes: (clock: { now(): number }) =>
      there.probes.map((spec) => ({ spec, session: fakeProbe(world, spec, seed, () => clock.now()) })),
  };
  const sidecars = new VirtualSidecars(world.clock, setting);
  const drift = () => dice.between(-200, 200) * 1e-6;
  const boot = (address: string, instance: string) =>
    sidecars.boot(address, instance, dice.between(-1e8, 1e8) / 7, drift());
  boot('10.0.0.1', 'pod-1');
  if (dice.chance(0.4)) boot('10.0.0.2', 'pod-2');
  const calm = dice.chance(0.4);
  if (!calm) {
    sidecars.weather = weatherOf(world, dice);
    mishaps(world, dice, sidecars, boot);
  }
  const open = async (record: (entry: Entry) => void): Promise<OpenVantage[]> => [
    { name: FAR, reader: readerOf(sidecars, world.clock, setting, record).reader },
  ];
  return { calm, open, end: () => sidecars.killAll() };
}

function weatherOf(world: World, dice: Dice): VirtualSidecars['weather'] {
  const slow = dice.pick([1, 1, 20, 150]);
  const loss = dice.pick([0, 0, 0.05, 0.3]);
  const from = dice.between(0, 8000);
  const until = dice.chance(0.3) ? from + dice.between(500, 6000) : from;
  return () => {
    const ways = { thereMs: dice.between(0, slow), backMs: dice.between(0, slow) };
    const now = world.clock.now();
    if (now >= from && now < until) return { ...ways, lost: 'there' };
    return dice.chance(loss) ? { ...ways, lost: dice.pick(['there', 'back'] as const) } : ways;
  };
}

function mishaps(world: World, dice: Dice, sidecars: VirtualSidecars, boot: (address: string, name: string) => void) {
  const at = dice.between(500, 9000);
  const back = at + dice.between(10, 3000);
  const how = dice.weighted({ none: 4, dies: 1, restarts: 2, isReplaced: 2, isJoined: 1, comesBack: 2 });
  if (how === 'none') return;
  if (how === 'comesBack') return comesBack(world, dice, sidecars, boot);
  if (how !== 'isJoined') world.clock.at(at, () => sidecars.kill('10.0.0.1'));
  if (how === 'restarts') world.clock.at(back, () => boot('10.0.0.1', 'pod-1'));
  if (how === 'isReplaced' || how === 'isJoined') world.clock.at(back, () => boot('10.0.0.3', 'pod-3'));
}

/** One is cut off and no longer listed, another comes where it was, and then it is there again. */
function comesBack(world: World, dice: Dice, sidecars: VirtualSidecars, boot: (address: string, name: string) => void) {
  const { weather } = sidecars;
  const at = dice.between(0, 1500);
  const back = at + dice.between(5500, 8000);
  sidecars.weather = (address) => {
    const isCutOff = address === '10.0.0.1' && world.clock.now() >= at && world.clock.now() < back;
    return isCutOff ? { thereMs: 1, backMs: 1, lost: 'there' } : weather(address);
  };
  world.clock.at(at + 500, () => boot('10.0.0.3', 'pod-3'));
  world.clock.at(at + 500, () => (sidecars.addresses = ['10.0.0.2', '10.0.0.3']));
  world.clock.at(back, () => (sidecars.addresses = undefined));
}
