/** The second node, beside `net` of the first. */
export const netemNode = {
  name: 'lab-node-2',
  label: 'steadfast.dev/netem',
  address: '10.250.0.2',
  podRange: '10.244.2.0/24',
  tap: 'lab0-netem',
} as const;
