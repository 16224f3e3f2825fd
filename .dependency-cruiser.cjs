/** The rules of the house: dependencies point inwards. */
const rooms = ['gateway', 'dte', 'finops', 'evidence', 'storage']
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'core-knows-no-shell', severity: 'error', from: { path: '^core/' }, to: { path: '^(app|action|test)/' } },
    { name: 'shells-do-not-meet', severity: 'error', from: { path: '^action/' }, to: { path: '^app/' } },
    { name: 'app-does-not-use-action', severity: 'error', from: { path: '^app/' }, to: { path: '^action/' } },
    {
      name: 'product-does-not-use-tests',
      severity: 'error',
      // The demo plays on the GitHub of the tests.
      from: { path: '^(core|app|action)/', pathNot: '^app/cli/demo\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'core-knows-no-github-or-http',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: 'node_modules/(probot|octokit|@octokit|@actions|fastify|@fastify)/' },
    },
    ...rooms.map((room) => ({
      name: `${room}-keeps-to-itself`,
      severity: 'error',
      from: { path: `^core/${room}/` },
      to: {
        path: '^core/',
        pathNot: `^core/(${room}|contracts|platform${room === 'storage' ? '' : '|storage/(store|blobs)\\.ts'})`,
      },
    })),
    {
      name: 'platform-stands-alone',
      severity: 'error',
      from: { path: '^core/platform/' },
      to: { path: '^core/', pathNot: '^core/platform/' },
    },
    {
      name: 'contracts-need-platform-only',
      severity: 'error',
      from: { path: '^core/contracts/' },
      to: { path: '^core/', pathNot: '^core/(contracts|platform)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'action/dist|test/fixtures' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
