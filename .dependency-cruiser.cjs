/**
 * The import rules of the house (docs/80-design.md). Arrows point down only.
 * A stage folder imports itself, model/ and kit/; pipelines/ joins the stages; app.ts builds everything.
 */
const stages = [
  'sources',
  'decoders',
  'packets',
  'enrich',
  'detect',
  'feeds',
  'intel',
  'outputs',
  'exports',
  'stores',
  'bus',
];
const engines = {
  chdb: '^src/stores/telemetry/chdb\\.ts$',
  '@clickhouse/client': '^src/stores/telemetry/clickhouse\\.ts$',
  postgres: '^src/stores/state/(postgres|store)\\.ts$',
};
const test = '\\.test\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(src|demo)/', pathNot: [test, '^src/main\\.ts$'] },
      to: {},
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^chdb' } },
    { name: 'no-barrels', severity: 'error', from: {}, to: { path: '^(src|web/src)/.*/index\\.tsx?$' } },
    {
      name: 'model-is-the-ground',
      severity: 'error',
      from: { path: '^src/model/', pathNot: test },
      to: { path: '^src/', pathNot: '^src/model/' },
    },
    {
      name: 'kit-is-the-ground',
      severity: 'error',
      from: { path: '^src/kit/', pathNot: test },
      to: { path: '^src/', pathNot: '^src/kit/' },
    },
    ...stages.map((stage) => ({
      name: `stage-${stage}`,
      comment: 'A stage imports itself, model/ and kit/, never a sibling: what it needs is passed in.',
      severity: 'error',
      from: { path: `^src/${stage}/`, pathNot: test },
      to: { path: '^src/', pathNot: `^src/(${stage}|model|kit)/` },
    })),
    {
      name: 'only-app-imports-pipelines',
      comment: 'app.ts builds the server, analysis.ts the analysis of captures, which `analyze` runs without a server.',
      severity: 'error',
      from: { pathNot: ['^src/((app|analysis)\\.ts$|pipelines/)', test, '^(bench|test)/'] },
      to: { path: '^src/pipelines/' },
    },
    {
      name: 'api-sees-contracts',
      severity: 'error',
      from: { path: '^src/api/', pathNot: test },
      to: {
        path: '^src/',
        pathNot: '^src/(api|model|kit)/|/(store|source|decoder|output|feed|bus|locator|matcher)\\.ts$',
      },
    },
    {
      name: 'pipelines-see-stages',
      severity: 'error',
      from: { path: '^src/pipelines/', pathNot: test },
      to: { path: '^src/(api|cli|app)' },
    },
    ...Object.entries(engines).map(([name, path]) => ({
      name: `engine-${name}`,
      severity: 'error',
      from: { pathNot: [path, test, '^(test|bench)/'] },
      to: { path: `^node_modules/${name}/` },
    })),
    {
      name: 'web-types-only',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      from: { path: '^src/', pathNot: test },
      to: { path: '^(test|bench|web)/' },
    },
    {
      name: 'src-not-demo',
      severity: 'error',
      from: { path: '^src/', pathNot: [test, '^src/cli/demo\\.ts$', '^src/cli/mock-upstream\\.ts$'] },
      to: { path: '^demo/' },
    },
    {
      name: 'no-dev-deps',
      severity: 'error',
      from: { path: '^src/', pathNot: [test, '/fixtures/'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
