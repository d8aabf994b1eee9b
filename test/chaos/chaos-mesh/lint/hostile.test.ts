import fc from 'fast-check';
import { expect, it } from 'vitest';
import { manifest, ODD, placesIn, SOUND_NAMES, said } from './manifests.ts';

it.each(SOUND_NAMES)('whatever stands anywhere in it, something is said of the %s, or nothing', (name) => {
  for (const path of placesIn(manifest(name).spec).slice(1))
    for (const odd of ODD) expect(said(manifest(name, { [path]: odd })), `${path}: ${odd}`).toBeInstanceOf(Array);
});

it('any JSON in the place of a spec is answered', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SOUND_NAMES), fc.dictionary(fc.string(), fc.jsonValue()), (name, spec) => {
      expect(said({ ...manifest(name), spec })).toBeInstanceOf(Array);
    }),
  );
});

it('a Workflow in which everything leads to everything is answered soon', () => {
  const names = Array.from({ length: 400 }, (_, index) => `t${index}`);
  const templates = names.map((name) => ({ name, templateType: 'Serial', children: names }));

  expect(said(manifest('workflow', { 'spec.entry': 't0', 'spec.templates': templates }))).toContainEqual(
    expect.stringContaining('leads to itself'),
  );
});

it('more templates than anybody follows are refused', () => {
  const templates = Array.from({ length: 501 }, (_, index) => ({
    name: `t${index}`,
    templateType: 'Serial',
    children: [],
  }));

  expect(said(manifest('workflow', { 'spec.templates': templates }))).toContainEqual(
    expect.stringContaining('at most 500'),
  );
});
