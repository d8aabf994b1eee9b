#!/bin/sh
# machine.sh FOLDER TOOLS PROGRAMS FILES... -- COMMAND...
# Makes the lab's machine out of new mount, PID, network, IPC and host-name namespaces (its caller made them), and runs the command
# in it as the first process. What the machine writes outside FOLDER is in memory and goes when its processes are gone:
# its root is the host's with a layer on top. TOOLS is laid over it, PROGRAMS go to
# /usr/local/bin; each of FILES is seen as it is on the host.
set -eu

folder=$1
tools=$2
programs=$3
shift 3

mount --make-rprivate /
memory=$folder/memory
root=$memory/root
mkdir -p "$memory"
mount -t tmpfs -o size=2g lab "$memory"
mkdir "$root" "$memory/upper" "$memory/work"
mount -t overlay -o "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work" lab "$root"
cp -a "$tools/." "$root/"
mkdir -p "$root/usr/local/bin"
cp "$programs"/* "$root/usr/local/bin/"
# Chaos Mesh writes rules of the old kind, and two kinds in one place would not see each other.
for family in iptables ip6tables; do
  for action in '' -save -restore; do ln -sf "$family-legacy$action" "$root/usr/sbin/$family$action"; done
done
mkdir -p "$root/host-sys"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount --rbind /sys "$root/host-sys"
mount -t proc proc "$root/proc"
mount -t tmpfs lab "$root/run"
mount -t tmpfs lab "$root/tmp"

while [ "$1" != -- ]; do
  mkdir -p "$root$1"
  mount --rbind "$1" "$root$1"
  shift
done
shift
mkdir -p "$root$folder"
mount --bind "$folder" "$root$folder"

cd "$root"
mkdir -p run/before
pivot_root . run/before
umount -l /run/before
rmdir /run/before
# A kubelet wants the mounts of its pods to spread.
mount --make-rshared /
hostname lab-node-1
cd /
exec "$@"
