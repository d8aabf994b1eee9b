/**
 * Who may import whom. Each rule's comment says what to do instead. Types count as imports: a layer that knows another's
 * types knows the other. `node tools/check-layers.ts` runs this and also makes sure that nothing was overlooked.
 */

const PLUG_IN_KINDS = '(?:probes|chaos|sources|vantages|exporters)';
const CONTRACT = '^src/[^/]+/contract[.]ts$';
const REGISTRY = '^src/[^/]+/registry[.]ts$';
/** Files beside the plug-ins that are no plug-ins: they work on contracts, and the program calls them. */
const MACHINERY =
  '^src/(?:chaos/(?:ledger|orphans|state-folder|sweep|sweep-places)|sources/collect|vantages/lib/wire)[.]ts$';
const HEAVY_PACKAGES = 'node_modules/(?:@kubernetes|@platformatic|@temporalio|axios|prom-client)/';
const IO_MODULES =
  '^(?:node:)?(?:fs|net|http|http2|https|tls|dgram|dns|child_process|cluster|worker_threads|readline)(?:/|$)';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'slo-is-pure',
    comment:
      'The judge imports nothing outside src/slo: no package, no node: module, no other folder. Put the type into ' +
      'src/slo/model, or hand the value in as a parameter.',
    severity: 'error',
    from: { path: '^src/slo/' },
    to: { pathNot: '^src/slo/' },
  },
  {
    name: 'slo-model-is-the-ground',
    comment:
      'src/slo/model holds the words that everyone shares and knows nobody. Move what needs more than the model out of it.',
    severity: 'error',
    from: { path: '^src/slo/model/' },
    to: { path: '^src/', pathNot: '^src/slo/model/' },
  },
  {
    name: 'plug-ins-know-only-their-contract',
    comment:
      'Probes, drivers, sources, vantages and exporters know their own contract, src/slo/model, src/slo/conventions.ts and ' +
      'src/clients; exporters show reports by src/slo/render. What joins two of them is an indicator in src/slo; what they need ' +
      'from the run comes in their context.',
    severity: 'error',
    from: { path: `^src/(${PLUG_IN_KINDS})/` },
    to: { path: '^src/', pathNot: '^src/(?:$1/|clients/|slo/model/|slo/conventions[.]ts$|slo/render/)' },
  },
  {
    name: 'plug-ins-of-a-kind-stay-apart',
    comment:
      'A plug-in is one file or one folder and does not know its neighbours. What two share goes to lib/ beside them; what grew ' +
      'a second file becomes a folder.',
    severity: 'error',
    from: { path: `^src/(${PLUG_IN_KINDS})/([^/]+)`, pathNot: `${REGISTRY}|${MACHINERY}` },
    to: { path: '^src/$1/', pathNot: '^src/$1/(?:$2(?:/|$)|lib/|contract[.]ts$)' },
  },
  {
    name: 'machinery-knows-no-plug-in',
    comment:
      'Ledger, sweep and collection work for any plug-in: they take the registry or the clients as a parameter typed by the contract.',
    severity: 'error',
    from: { path: MACHINERY },
    to: { path: `^src/${PLUG_IN_KINDS}/`, pathNot: `${CONTRACT}|${MACHINERY}|^src/[^/]+/lib/` },
  },
  {
    name: 'clients-know-only-the-model',
    comment:
      'A client speaks a protocol for whoever asks. It knows src/slo/model; move what knows more into the plug-in.',
    severity: 'error',
    from: { path: '^src/clients/' },
    to: { path: '^src/', pathNot: '^src/(?:clients|slo/model)/' },
  },
  {
    name: 'scheduler-knows-contracts',
    comment:
      'The conductor knows contracts, src/slo/model, src/slo/slots.ts and the seeded chance of src/slo/stats/random.ts. It does not judge and knows no concrete plug-in: ' +
      'main.ts hands sessions, drivers and decide() in.',
    severity: 'error',
    from: { path: '^src/scheduler/' },
    to: {
      path: '^src/',
      pathNot: `^src/scheduler/|^src/slo/model/|^src/slo/slots[.]ts$|^src/slo/stats/random[.]ts$|${CONTRACT}`,
    },
  },
  {
    name: 'scheduler-touches-nothing',
    comment:
      'The conductor does no input or output of its own, so that the same one runs under a virtual clock. Hand it in.',
    severity: 'error',
    from: { path: '^src/scheduler/' },
    to: { path: IO_MODULES, dependencyTypes: ['core'] },
  },
  {
    name: 'timeline-knows-entries',
    comment:
      'The journal writes and reads entries: src/slo/model is all it needs. Whoever wants more reads its entries.',
    severity: 'error',
    from: { path: '^src/timeline/' },
    to: { path: '^src/', pathNot: '^src/(?:timeline|slo/model)/' },
  },
  {
    name: 'plan-knows-contracts',
    comment:
      'The loader knows contracts, src/slo/model, the arithmetic of slots and of PromQL lookbacks, render/text.ts, and src/clients/config-schema.ts. ' +
      'It gets the registries as a parameter and touches nothing that a plan names.',
    severity: 'error',
    from: { path: '^src/plan/' },
    to: {
      path: '^src/',
      pathNot: `^src/plan/|^src/slo/(?:model/|slots[.]ts$|promql-lookback[.]ts$|render/text[.]ts$)|^src/clients/config-schema[.]ts$|${CONTRACT}`,
    },
  },
  {
    name: 'only-main-sees-registries',
    comment:
      'Only src/main.ts, through src/registries.ts, sees which plug-ins there are; so do tests and generators of docs. Take ' +
      'the registries as a parameter (src/plan/registries.ts).',
    severity: 'error',
    from: { path: '^src/', pathNot: '^src/(?:main|registries)[.]ts$' },
    to: { path: `${REGISTRY}|^src/registries[.]ts$` },
  },
  {
    name: 'cli-knows-no-plug-in',
    comment: 'A command gets plug-ins through the registries that main.ts hands in. Import the contract at most.',
    severity: 'error',
    from: { path: '^src/cli/' },
    to: { path: `^src/${PLUG_IN_KINDS}/`, pathNot: `${CONTRACT}|${REGISTRY}|${MACHINERY}` },
  },
  {
    name: 'nobody-imports-main',
    comment: 'src/main.ts joins everything and is joined by nobody. Move what you need into a file of its own.',
    severity: 'error',
    from: { pathNot: '^src/main[.]ts$' },
    to: { path: '^src/main[.]ts$' },
  },
  {
    name: 'program-knows-no-tools',
    comment: 'What is shipped does not import the lab, the tests, the tools or the bench. Move the code into src.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(?:lab|test|tools|bench)/' },
  },
  {
    name: 'lab-peers-are-independent',
    comment:
      'Servers and workloads of the lab do not share code with the program that measures them: else both could be wrong together.',
    severity: 'error',
    from: { path: '^lab/(?:servers|workloads)/' },
    to: { path: '^src/' },
  },
  {
    name: 'tests-stand-alone',
    comment:
      'A test file imports no other test file: its tests would run twice. Move what is shared into a file without .test.',
    severity: 'error',
    from: {},
    to: { path: '[.]test[.]ts$' },
  },
  {
    name: 'heavy-packages-come-late',
    comment: 'A command that needs no network must start fast: load this package by a dynamic import() inside open.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: HEAVY_PACKAGES, dependencyTypesNot: ['dynamic-import', 'type-only'] },
  },
  {
    name: 'program-needs-no-dev-package',
    comment:
      'Shipped code uses only what package.json lists under dependencies. Move the package there, or do without.',
    severity: 'error',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'every-import-resolves',
    comment: 'This import leads nowhere: write the path with its .ts, or add the package.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-circle',
    comment:
      'Two files that need one another are one thing, or a third is hidden in them: move what both need into a file below.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden,
  options: {
    // Without this, the tool looks for a compiler interface that TypeScript 7 does not have and overlooks files or types.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|runs|coverage|[.]lab)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
