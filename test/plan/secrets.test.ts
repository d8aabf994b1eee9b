import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/plan/digest.ts';
import { type Loaded, loadFiles } from '../../src/plan/load.ts';
import { MASK, maskOf, maskValue } from '../../src/plan/mask.ts';
import { isSecretName } from '../../src/plan/secrets.ts';
import { fakeRegistries } from './fake-registries.ts';

const PLANS = join(import.meta.dirname, '../plans');
const GOOD = readFileSync(join(PLANS, 'good/kv-event-sync.yaml'), 'utf8');
const WITH_SECRETS = GOOD.replace(
  '{url: "http://prometheus.monitoring:9090"}',
  `{url: "http://\${HOST:-prom}:9090", bearerToken: hidden-bearer, headers: {X-Scope: "a\\"b\\\\c-\${TENANT}"}}`,
).replace(
  'topics: [bytebot.goal.events]',
  `topics: ["\${DB_PASSWORD}"], sasl: {username: me, password: "\${DB_PASSWORD}"}`,
);
const ENVIRONMENT = { LAG_GROUP: 'sync', TENANT: 'north', DB_PASSWORD: 'p4ss/word+1' };

function loadText(text: string, env: Record<string, string> = ENVIRONMENT, masked = false): Loaded {
  return loadFiles([{ file: 'plan.yaml', text, fromDirectory: false }], fakeRegistries, env, { masked });
}

describe('secrets', () => {
  test('come from schemas and from variables whose names say so', () => {
    const { secrets } = loadText(WITH_SECRETS);

    expect(secrets.toSorted()).toEqual(['a"b\\c-north', 'hidden-bearer', 'p4ss/word+1']);
  });

  test.each([
    ['API_TOKEN', true],
    ['DB_PASSWORD', true],
    ['PGPASSWORD', true],
    ['AWS_SECRET_ACCESS_KEY', true],
    ['OPENAI_API_KEY', true],
    ['SSH_PASSPHRASE', true],
    ['MY_CREDENTIALS', true],
    ['LAG_GROUP', false],
    ['MONKEY', false],
    ['TOKEN_FILE', false],
    ['API_KEY_PATH', false],
    ['BYPASS', false],
  ])('the name %s says so: %s', (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });

  test('stand in the plan that runs, and nowhere in the one that is written down', () => {
    const [loaded] = loadText(WITH_SECRETS).plans;

    expect(JSON.stringify(loaded!.plan.sources)).toContain('hidden-bearer');
    for (const secret of loaded!.secrets) expect(loaded!.resolvedYaml).not.toContain(secret);
    expect(loaded!.resolvedYaml).toContain('X-Scope: "***"');
    expect(loaded!.resolvedYaml).toContain('url: http://prom:9090');
  });

  test('do not change the digest, and everything else does', () => {
    const digestOf = (text: string, env = ENVIRONMENT) => loadText(text, env).plans[0]!.plan.digest;
    const digest = digestOf(WITH_SECRETS);

    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf(WITH_SECRETS, { ...ENVIRONMENT, DB_PASSWORD: 'another-one' })).toBe(digest);
    expect(digestOf(WITH_SECRETS.replace('hidden-bearer', 'other-bearer'))).toBe(digest);
    expect(digestOf(WITH_SECRETS.replace('# jitter', '# other comment'))).toBe(digest);
    expect(digestOf(WITH_SECRETS, { ...ENVIRONMENT, LAG_GROUP: 'other' })).not.toBe(digest);
    expect(digestOf(WITH_SECRETS.replace('maxTargets: 3', 'maxTargets: 4'))).not.toBe(digest);
  });
});

describe('the plan that is written down', () => {
  test('loads again without the environment into the same plan, but for its secrets', () => {
    const [first] = loadText(WITH_SECRETS).plans;

    const again = loadText(first!.resolvedYaml, {}, true);

    expect(again.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { sources: _, probes, ...plan } = again.plans[0]!.plan;
    const { sources: __, probes: probesBefore, ...before } = first!.plan;
    expect(plan).toEqual(before);
    expect(probes.map(({ config: _, ...probe }) => probe)).toEqual(
      probesBefore.map(({ config: _, ...probe }) => probe),
    );
    expect(again.plans[0]!.resolvedYaml).toBe(first!.resolvedYaml);
  });

  test('loads again though a secret is a part of names in it', () => {
    const [first] = loadText(WITH_SECRETS, { ...ENVIRONMENT, DB_PASSWORD: 'goal-' }).plans;

    const again = loadText(first!.resolvedYaml, {}, true);

    expect(again.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(again.plans[0]!.plan.objectives).toEqual(first!.plan.objectives);
  });

  test.each(readdirSync(join(PLANS, 'warned')).filter((name) => name.endsWith('.yaml')))(
    'loads again into the same plan: %s',
    (name) => {
      const [first] = loadText(readFileSync(join(PLANS, 'warned', name), 'utf8')).plans;

      expect(loadText(first!.resolvedYaml, {}, true).plans[0]).toEqual(first);
    },
  );

  test('loads again where a masked value is not what its schema wants', () => {
    const text = GOOD.replace('"http://prometheus.monitoring:9090"', `"\${SECRET_URL}"`).replace(
      'action: blackhole',
      `action: "\${SECRET_ACTION}"`,
    );
    const env = { ...ENVIRONMENT, SECRET_URL: 'http://user-visible:1', SECRET_ACTION: 'latency' };
    const [first] = loadText(text, env).plans;

    const again = loadText(first!.resolvedYaml, {}, true);
    const strict = loadText(first!.resolvedYaml, {}, false);

    expect(again.plans[0]!.plan.objectives).toEqual(first!.plan.objectives);
    expect(again.plans[0]!.plan.digest).toBe(first!.plan.digest);
    expect(strict.plans).toEqual([]);
  });

  test('keeps what only looks like a reference to the environment', () => {
    const [first] = loadText(
      GOOD.replace(`"\${LAG_GROUP}"`, () => `"$\${LAG_GROUP}-\${OTHER}"`),
      {
        OTHER: `\${NOT_AGAIN}`,
      },
    ).plans;

    const [again] = loadText(first!.resolvedYaml, {}, true).plans;

    expect(first!.plan.probes[2]!.config).toMatchObject({ group: `\${LAG_GROUP}-\${NOT_AGAIN}` });
    expect(again!.plan).toEqual(first!.plan);
  });
});

describe('references to the environment', () => {
  const cases: Record<string, [string, Record<string, string>, unknown]> = {
    'a variable that is set': [`"\${LAG_GROUP}"`, { LAG_GROUP: 'a' }, 'a'],
    'two in one text': [`"\${A}-\${B}"`, { A: '1', B: '2' }, '1-2'],
    'a default where nothing is set': [`"\${A:-usual}"`, {}, 'usual'],
    'a default where the variable is empty': [`"\${A:-usual}"`, { A: '' }, 'usual'],
    'an empty default': [`"x\${A:-}"`, {}, 'x'],
    'a default that holds a colon and a dash': [`"\${A:-a:-b}"`, {}, 'a:-b'],
    'a number in quotes stays a text': [`"\${A}"`, { A: '7' }, '7'],
    'an escaped reference': [`"$\${A}"`, { A: '7' }, `\${A}`],
    'a value that reads like a reference': [`"\${A}"`, { A: `\${B}` }, `\${B}`],
    'a value that reads like YAML': [`"\${A}"`, { A: 'x}, y: [1]\nz: 2' }, 'x}, y: [1]\nz: 2'],
  };

  test.each(Object.entries(cases))('%s', (_, [written, env, expected]) => {
    const { plans } = loadText(
      GOOD.replace(`"\${LAG_GROUP}"`, () => written),
      env,
    );

    expect((plans[0]!.plan.probes[2]!.config as { group: unknown }).group).toBe(expected);
  });

  test('an unquoted one may be a number', () => {
    const { plans } = loadText(GOOD.replace('seed: 7', `seed: \${SEED}`), { ...ENVIRONMENT, SEED: '42' });

    expect(plans[0]!.plan.seed).toBe(42);
  });

  test('names that every object has are not variables', () => {
    const { diagnostics } = loadText(GOOD.replace('LAG_GROUP', 'constructor'));

    expect(diagnostics.map(({ message }) => message)).toContain('the environment has no variable constructor');
  });
});

describe('the mask', () => {
  test('finds a secret as it is, in JSON, in a URL and in base64', () => {
    const secret = 'a"b/c?d é';
    const mask = maskOf([secret]);
    const shown = [
      secret,
      JSON.stringify({ secret }),
      `http://h/?q=${encodeURIComponent(secret)}`,
      Buffer.from(secret).toString('base64'),
    ];

    expect(shown.map(mask)).toEqual([
      MASK,
      `{"secret":"${MASK}"}`,
      `http://h/?q=${MASK}`,
      expect.stringContaining(MASK),
    ]);
  });

  test('leaves nothing of any secret in any text', () => {
    const secrets = fc.array(fc.string({ minLength: 4, maxLength: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(secrets, fc.array(fc.string()), (hidden, between) => {
        const text = hidden.map((secret, index) => `${between[index] ?? ''}${secret}`).join(' ');
        const shown = maskOf(hidden)(text).split(MASK);
        for (const part of shown) for (const secret of hidden) expect(part).not.toContain(secret);
      }),
    );
  });

  test('does not touch text without secrets, nor anything for secrets too short to be found again', () => {
    expect(maskOf([])('a text')).toBe('a text');
    expect(maskOf(['abc'])('abc')).toBe('abc');
  });

  test('goes through values and leaves numbers and keys alone', () => {
    const mask = maskOf(['1234']);

    expect(maskValue({ due: 12345, '1234': ['x1234', null, true] }, mask)).toEqual({
      due: 12345,
      '1234': ['x***', null, true],
    });
  });
});

test('canonical JSON does not depend on the order of keys', () => {
  expect(canonicalJson({ b: [1, { d: 'x', c: undefined }], a: null })).toBe('{"a":null,"b":[1,{"d":"x"}]}');
});
