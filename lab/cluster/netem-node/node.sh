#!/bin/bash
# node.sh SETTINGS: becomes the node: network, containerd with its images, kubelet, kube-proxy, chaos-daemon. Then it
# answers requests. SETTINGS, written by settings.ts, says who it is.
set -eu
. "$1"

hostname "$NODE_NAME"
ip link set lo up
ip address add "$NODE_ADDRESS" dev vec0
ip link set vec0 up
ip route add "$CLUSTER_RANGE" via "$CLUSTER_GATEWAY"
# The kernel wants a route before kube-proxy's rules rewrite a service's address.
ip route add "$SERVICE_RANGE" dev vec0
echo 1 >/proc/sys/net/ipv4/ip_forward

# The kubelet's cadvisor does not start without a clock rate.
sed 's/^bogomips/cpu MHz\t\t: 2000.000\nbogomips/' /proc/cpuinfo >/run/cpuinfo
mount --bind /run/cpuinfo /proc/cpuinfo
# It wants the mounts of its pods to spread.
mount --make-rshared /

start() {
  local name=$1
  shift
  "$@" >>"$LOGS/netem-$name.log" 2>&1 &
}

start containerd "${CONTAINERD[@]}"
until ctr version >/dev/null 2>&1; do sleep 0.1; done
start kubelet "${KUBELET[@]}"
start proxy "${PROXY[@]}"
for image in "$IMAGES"/*.tar; do ctr --namespace k8s.io images import "$image" >>"$LOGS/netem-images.log" 2>&1; done
# Last, since the node counts as up when this one answers.
start chaos-daemon "${CHAOS_DAEMON[@]}"

exec bash "${0%/*}/answer.sh" "$REQUESTS"
