import { createHash } from 'node:crypto';

/** Chaos Mesh appends to the names of Workflows and their nodes, and a name has at most 63 characters. */
const NAME_LIMIT_CHARS = 45;
const LABEL_LIMIT_CHARS = 63;

/** The name of an experiment's object: the same for the same experiment of the same run, and no other. */
export function objectName(run: string, experiment: string): string {
  const readable = experiment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LIMIT_CHARS - 'steadfast--12345678'.length)
    .replace(/^-+|-+$/g, '');
  return ['steadfast', readable, shortHash(`${run}/${experiment}`)].filter((part) => part !== '').join('-');
}

/** Any text as the value of a label: itself where that is allowed, else what is left of it and a hash. */
export function labelValue(text: string): string {
  if (text.length <= LABEL_LIMIT_CHARS && /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(text)) return text;
  const readable = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+/, '');
  return `${readable.slice(0, LABEL_LIMIT_CHARS - 9)}-${shortHash(text)}`.replace(/^-/, '');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
