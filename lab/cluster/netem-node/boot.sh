#!/bin/bash
# First process of the netem node. Its kernel's command line brings:
# NODE_FOLDER   what the node reads and writes on its host, seen at the same path
# NODE_CHECKOUT this checkout, seen as it is at the moment
# NODE_MODULES  the kernel's modules
# NODE_SETTINGS what is left to node.sh
# The node's root is its host's with a layer in memory on top: what it writes elsewhere never reaches the host's disk.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root

mount -t proc proc /proc
insmod "$NODE_MODULES/kernel/fs/overlayfs/overlay.ko"
mount -t tmpfs -o size=80%,mode=755 node /mnt
root=/mnt/root
mkdir "$root" /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work node "$root"

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mkdir -p "$root/host-sys"
mount --rbind "$root/sys" "$root/host-sys"
mount -t devtmpfs dev "$root/dev"
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
mount -t hostfs -o "$NODE_CHECKOUT,ro" checkout "$root$NODE_CHECKOUT"
mount -t hostfs -o "$NODE_FOLDER" folder "$root$NODE_FOLDER"
# Layers of containers do not go on top of a layer.
for folder in run var/lib/containerd var/lib/kubelet var/log; do
  mkdir -p "$root/$folder"
  mount -t tmpfs -o size=80%,mode=755 node "$root/$folder"
done
mkdir -p "$root/lib/modules"
ln -s "$NODE_MODULES" "$root/lib/modules/$(uname -r)"

cd "$root"
mkdir run/before
pivot_root . run/before
umount -l /run/before
cd /
exec bash "$NODE_CHECKOUT/lab/cluster/netem-node/node.sh" "$NODE_SETTINGS"
