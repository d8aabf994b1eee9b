import { goDurationMs } from './go-duration.ts';
import { type Fields, isFields, type Manifest } from './manifest.ts';

type Templates = ReadonlyMap<unknown, Fields>;
/** Of templates that were looked at: several may lead to one. */
type Lengths = Map<unknown, number | undefined>;

/** The longest that a Workflow may take by the deadlines in its manifest; `undefined` where some part of it has none, or none that can be read. */
export function longestWorkflowMs(manifest: Manifest): number | undefined {
  const spec = manifest.kind === 'Schedule' ? manifest.spec['workflow'] : manifest.spec;
  if (!isFields(spec) || typeof spec['entry'] !== 'string' || !Array.isArray(spec['templates'])) return undefined;
  const templates = new Map<unknown, Fields>(
    spec['templates'].filter(isFields).map((template) => [template['name'], template]),
  );
  return longestOf(spec['entry'], templates, new Map());
}

function longestOf(name: unknown, templates: Templates, lengths: Lengths): number | undefined {
  if (lengths.has(name)) return lengths.get(name);
  // What leads to itself has no end that shows.
  lengths.set(name, undefined);
  const template = templates.get(name);
  if (!template) return undefined;
  const deadline = goDurationMs(template['deadline']);
  const inside = longestInside(template, templates, lengths);
  const known = [deadline, inside].filter((ms) => ms !== undefined);
  const longest = known.length > 0 ? Math.min(...known) : undefined;
  lengths.set(name, longest);
  return longest;
}

/** Of what a template runs one after another or at once; a fault or a pause has its own deadline only. */
function longestInside(template: Fields, templates: Templates, lengths: Lengths): number | undefined {
  const { templateType } = template;
  if (templateType !== 'Serial' && templateType !== 'Parallel') return undefined;
  const children = Array.isArray(template['children']) ? template['children'] : [];
  const all = children.map((child) => longestOf(child, templates, lengths));
  const known = all.filter((ms) => ms !== undefined);
  if (known.length < all.length) return undefined;
  return known.reduce((longest, ms) => (templateType === 'Serial' ? longest + ms : Math.max(longest, ms)), 0);
}
