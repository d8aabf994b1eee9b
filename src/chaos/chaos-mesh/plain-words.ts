const MESSAGE_LIMIT_CHARS = 300;

const KNOWN: [RegExp, string][] = [
  [
    /no (pod|target|container) (is|has been) selected|no target has been selected/,
    'Chaos Mesh found no target for the selector',
  ],
  [
    /unable to set tcs|qdisc|sch_netem|RTNETLINK answers: No such file/i,
    "the node's kernel cannot shape traffic in this way (netem or another qdisc is missing)",
  ],
  [/failed calling webhook/, 'the webhook of Chaos Mesh did not answer'],
  [/no running task found/, 'the container was not running'],
  [/container .* not found|no such container|task .* not found/i, 'the container was gone'],
  [
    /connection refused|no such host|i\/o timeout|transport: Error while dialing|Unavailable desc/i,
    'the chaos daemon of the node could not be reached',
  ],
  [/deadline ?exceeded/i, 'the chaos daemon of the node did not answer in time'],
  [/host ?network/i, "the pod uses its node's network"],
  [/is forbidden|cannot .* resource/i, 'Chaos Mesh lacks a permission'],
  [/the object has been modified/, 'somebody changed the object at the same moment; Chaos Mesh tries again'],
];

/** The kind of trouble that a message speaks of: the same for several targets in the same trouble. */
export function troubleOf(message: string): string {
  return KNOWN.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

/** What Chaos Mesh says in its events and records, in words that help; its own follow in brackets. */
export function inPlainWords(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().slice(0, MESSAGE_LIMIT_CHARS);
  const plain = KNOWN.find(([pattern]) => pattern.test(message))?.[1];
  return plain === undefined ? `Chaos Mesh says: ${line}` : `${plain} (${line})`;
}
