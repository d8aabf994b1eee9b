import type { Cluster } from '../../../lab/cluster/access.ts';
import { askMachine } from '../../../lab/cluster/ask-machine.ts';
import type { ComponentName } from '../../../lab/cluster/machine/components/all.ts';
import { runCommand } from '../../../lab/getting/command.ts';

/** Stops a server in the middle of what it does, so that it holds its connections and answers nothing, until this is disposed of. */
export async function freeze(cluster: Cluster, server: ComponentName): Promise<AsyncDisposable> {
  const pid = (await askMachine(cluster.place.controlSocket, 'GET', '/'))[server];
  if (pid === null || pid === undefined) throw new Error(`${server} does not run`);
  await send('STOP');
  return { [Symbol.asyncDispose]: () => send('CONT') };

  async function send(signal: 'STOP' | 'CONT'): Promise<void> {
    const [program, ...args] = cluster.onNode('kill', `-${signal}`, String(pid));
    await runCommand(program!, args);
  }
}

/** Takes a server away until this is disposed of. */
export async function without(cluster: Cluster, server: ComponentName): Promise<AsyncDisposable> {
  await cluster.stopServer(server);
  return { [Symbol.asyncDispose]: () => cluster.startServer(server) };
}

/** Has all connections go silent that a process now holds to a port: nothing comes or goes, and nobody is told. */
export async function silence(cluster: Cluster, pid: number, port: number): Promise<AsyncDisposable> {
  const [ss, ...query] = cluster.inNetwork('ss', '-Htnp', 'state', 'established', `( dport = :${port} )`);
  const lines = (await runCommand(ss!, query)).split('\n').filter((line) => line.includes(`pid=${pid},`));
  const ports = lines.map((line) => /:(\d+)\s+\S+:\d+\s/.exec(line)?.[1]).filter((one) => one !== undefined);
  if (ports.length === 0) throw new Error(`process ${pid} has no connection to port ${port}`);
  await change('-I');
  return { [Symbol.asyncDispose]: () => change('-D') };

  async function change(how: '-I' | '-D'): Promise<void> {
    const rules = ports.flatMap((one) => [`--sport ${one}`, `--dport ${one}`]);
    const script = rules.map((rule) => `iptables -w ${how} INPUT -p tcp ${rule} -j DROP`).join(' && ');
    const [program, ...args] = cluster.onNode('sh', '-c', script);
    await runCommand(program!, args);
  }
}
