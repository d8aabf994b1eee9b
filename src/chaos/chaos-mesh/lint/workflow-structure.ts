import { type Fields, isFields, type ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';

const TEMPLATE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Which template runs which: names, the entry, circles, and what is never run. */
export function checkStructure(spec: Fields, path: ManifestPath, findings: Findings): void {
  const written = Array.isArray(spec['templates']) ? spec['templates'] : [];
  const at = [...path, 'templates'];
  if (Array.isArray(spec['templates']) && written.length === 0) findings.error(at, 'a Workflow needs templates');
  const templates = new Map<string, Fields>();
  for (const [index, template] of written.entries()) {
    const name = isFields(template) ? template['name'] : undefined;
    if (!isFields(template) || typeof name !== 'string') continue;
    checkName(name, templates.has(name), [...at, index, 'name'], findings);
    templates.set(name, template);
  }
  checkReferences(written, templates, at, findings);
  const { entry } = spec;
  if (typeof entry !== 'string') return;
  if (templates.has(entry)) {
    checkWays(entry, written, templates, at, findings);
    return;
  }
  findings.error([...path, 'entry'], 'there is no template of this name', {
    found: shown(entry),
    allowed: [...templates.keys()].join(', '),
  });
}

function checkName(name: string, taken: boolean, path: ManifestPath, findings: Findings): void {
  if (taken) findings.error(path, 'this name is taken by another template', { found: name });
  if (!TEMPLATE_NAME.test(name) || name.length > 253)
    findings.error(path, 'no template can be called so', {
      found: shown(name),
      allowed: 'lower-case letters, digits, hyphens and points',
    });
}

function checkReferences(
  written: readonly unknown[],
  templates: ReadonlyMap<string, Fields>,
  at: ManifestPath,
  findings: Findings,
): void {
  for (const [index, template] of written.entries()) {
    if (!isFields(template)) continue;
    const type = template['templateType'];
    const children = Array.isArray(template['children']) ? template['children'] : [];
    if ((type === 'Serial' || type === 'Parallel') && children.length === 0)
      findings.warning([...at, index], `this ${type} runs nothing`);
    for (const { name, path } of referencesOf(template))
      if (!templates.has(name))
        findings.error([...at, index, ...path], 'there is no template of this name', {
          found: shown(name),
          allowed: [...templates.keys()].join(', '),
        });
  }
}

function referencesOf(template: Fields): { name: string; path: ManifestPath }[] {
  const children = Array.isArray(template['children']) ? template['children'] : [];
  const branches = Array.isArray(template['conditionalBranches']) ? template['conditionalBranches'] : [];
  const references = [
    ...children.map((name, index) => ({ name, path: ['children', index] })),
    ...branches.map((branch, index) => ({
      name: isFields(branch) ? branch['target'] : undefined,
      path: ['conditionalBranches', index, 'target'],
    })),
  ];
  return references.flatMap(({ name, path }) => (typeof name === 'string' ? [{ name, path }] : []));
}

function checkWays(
  entry: string,
  written: readonly unknown[],
  templates: ReadonlyMap<string, Fields>,
  at: ManifestPath,
  findings: Findings,
): void {
  const reached = new Set<string>();
  const circle = circleFrom(entry, templates, [], reached);
  for (const [index, template] of written.entries()) {
    const name = isFields(template) ? template['name'] : undefined;
    if (typeof name !== 'string') continue;
    if (name === circle)
      findings.error([...at, index, 'name'], 'this template leads to itself: it would never end', { found: name });
    if (!circle && !reached.has(name))
      findings.warning([...at, index, 'name'], 'nothing leads to this template: it is never run', { found: name });
  }
}

/** The first template that is met again below itself. */
function circleFrom(
  name: string,
  templates: ReadonlyMap<string, Fields>,
  above: readonly string[],
  reached: Set<string>,
): string | undefined {
  if (above.includes(name)) return name;
  const template = templates.get(name);
  if (reached.has(name) || !template) return undefined;
  for (const child of referencesOf(template)) {
    const circle = circleFrom(child.name, templates, [...above, name], reached);
    if (circle !== undefined) return circle;
  }
  reached.add(name);
  return undefined;
}
