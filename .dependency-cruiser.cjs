/** The import table of docs/adr/0001-layers.md, one rule a row. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});
const never = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$'] }, to: {} },
    {
      name: 'not-to-dev-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    only('attributes-is-a-leaf', '^src/attributes/', [], 'ADR 0001: the attribute tables import nothing.'),
    never(
      'attributes-imports-no-package',
      '^src/attributes/',
      '^node_modules/',
      'ADR 0001: the attribute tables are pure.',
    ),
    only('domain-imports', '^src/domain/', ['^src/database/', '^src/attributes/'], 'ADR 0001: rules know no edge.'),
    only(
      'database-imports',
      '^src/database/',
      ['^src/domain/[^/]+/[^/]+\\.entity\\.ts$'],
      'ADR 0001: the database knows only the entities.',
    ),
    never(
      'sign-in-is-built-on-the-rest',
      '^src/domain/(accounts|bindings|connections|email-domains|secrets|sign-in-log)/',
      '^src/domain/sign-in/',
      'ADR 0024: sign-in decides by what these hold; they know nothing of it.',
    ),
    only('graph-imports', '^src/graph/', ['^src/domain/', '^src/attributes/'], 'ADR 0001: resolvers are thin.'),
    only(
      'scim-imports',
      '^src/scim/',
      ['^src/attributes/'],
      'ADR 0001: SCIM reaches the rest only through GraphClient.',
    ),
    only('oauth-imports', '^src/oauth/', ['^src/domain/'], 'ADR 0015: the token endpoint reaches the rules only.'),
    only('sso-imports', '^src/sso/', ['^src/domain/'], 'ADR 0001.'),
    only('http-imports', '^src/http/', ['^src/config\\.ts$'], 'ADR 0001: http assembles what app.ts gives it.'),
    only(
      'cli-imports',
      '^src/cli/',
      [
        '^src/domain/',
        '^src/database/',
        '^src/config\\.ts$',
        '^src/app\\.ts$',
        '^src/main\\.ts$',
        '^src/open-domain\\.ts$',
        '^src/node-version\\.ts$',
      ],
      'ADR 0001: commands call the domain, never graph or scim.',
    ),
    never(
      'only-edges-know-express',
      '^src/(attributes|domain|database|graph|cli)/',
      '^node_modules/(@types/)?express',
      'ADR 0001.',
    ),
    never(
      'domain-knows-no-graphql',
      '^src/(attributes|domain|database)/',
      '^node_modules/(graphql|type-graphql|@apollo)',
      'ADR 0001.',
    ),
    never('scim-knows-no-database', '^src/scim/', '^node_modules/(@mikro-orm|pg|type-graphql|@apollo)', 'ADR 0001.'),
    never(
      'scim-protocol-is-pure',
      '^src/scim/protocol/',
      '^(node_modules|src/scim/(documents|resources|router))',
      'ADR 0001: the protocol folder is pure.',
    ),
    never('graph-knows-no-sql', '^src/graph/', '^node_modules/(@mikro-orm|pg)(/|$)', 'ADR 0001: no SQL in resolvers.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
