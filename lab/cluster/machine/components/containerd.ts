import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { net } from '../../place.ts';
import { accepts } from '../answering.ts';
import type { DescribeComponent, MachineContext } from '../component.ts';

/** Inside the machine, whose /run is its own. */
export const containerdSocket = '/run/containerd/containerd.sock';
export const pauseImage = 'steadfast.test/pause:1';

const pluginsPrefix = 'plugins."io.containerd.grpc.v1.cri"';

export const containerd: DescribeComponent = async (context) => {
  const { spec, place } = context;
  await writeNetworkConfig(context);
  await writeFile(place.configFile('containerd.toml'), configOf(context));
  return {
    command: [join(spec.programs.containerd, 'containerd'), '--config', place.configFile('containerd.toml')],
    // Its shims and runc are looked up on PATH.
    env: { PATH: [spec.programs.containerd, process.env['PATH']].join(':') },
    ready: () => accepts({ path: containerdSocket }),
  };
};

function configOf({ spec, place }: MachineContext): string {
  return `
version = 2
root = "${join(place.data, 'containerd')}"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "${containerdSocket}"
[${pluginsPrefix}]
sandbox_image = "${pauseImage}"
# Without the right to lower a score, sandboxes would not start.
restrict_oom_score_adj = true
[${pluginsPrefix}.containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[${pluginsPrefix}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${pluginsPrefix}.containerd.runtimes.runc.options]
BinaryName = "${spec.programs.runc}"
SystemdCgroup = false
[${pluginsPrefix}.cni]
bin_dir = "${spec.programs.cni}"
conf_dir = "${join(place.config, 'cni')}"
`;
}

/** Each pod hangs on the node by a link of its own, so that every packet passes the node's rules for services. */
async function writeNetworkConfig({ place }: MachineContext): Promise<void> {
  const folder = join(place.config, 'cni');
  await mkdir(folder, { recursive: true });
  const addresses = { type: 'host-local', ranges: [[{ subnet: net.podRange }]], routes: [{ dst: '0.0.0.0/0' }] };
  const ipam = { ...addresses, dataDir: join(place.data, 'cni') };
  const plugins = [{ type: 'ptp', mtu: 1500, ipMasq: false, ipam }];
  await writeFile(join(folder, '10-lab.conflist'), JSON.stringify({ cniVersion: '0.4.0', name: 'lab', plugins }));
}
