/**
 * The floors of the house: a folder imports only from lower floors, and the
 * edges of one floor do not know each other. See docs/architecture.md.
 */
const floors = [
  ["common", "database", "audit", "rate-limits"],
  ["identity", "users"],
  ["sessions", "signing-keys", "access-tokens", "dpop", "user-import"],
  [
    ...["auth", "account", "admin", "oauth", "security-events"],
    ...["resource-server", "health", "metrics", "pages", "fastify"],
  ],
  ["config"],
  ["google-auth"],
];
const { peerDependenciesMeta } = require("./package.json");
const optionalPeers = Object.keys(peerDependenciesMeta);
const folders = (names) => `^src/(?:${names.join("|")})/`;
const specs = "\\.spec\\.ts$";

/** No floor imports from a higher one, the app or the test kit. */
const upwards = floors.map((names, floor) => ({
  name: `floor-${floor}-imports-upwards`,
  severity: "error",
  from: { path: folders(names), pathNot: specs },
  to: {
    path: [
      ...floors.slice(floor + 1).map(folders),
      "^src/testing/",
      "^src/demo/",
      "^src/service/",
      "^src/[^/]+\\.ts$",
    ],
  },
}));

/**
 * Access tokens are signed with the signing keys. The OAuth endpoints are other
 * words for what auth does, an account is linked by what would sign in with it,
 * and a resource server uses auth's guard; auth knows of none of them. Shutting
 * down ends what the front has let in.
 */
const leansOn = {
  "access-tokens": ["signing-keys"],
  account: ["auth"],
  admin: ["auth"],
  oauth: ["auth"],
  "resource-server": ["auth"],
  health: ["fastify"],
};

/** On floors 2 and 3 the folders stand side by side and do not import each other. */
const sideways = [...floors[2], ...floors[3]].map((name) => {
  const floor = floors.find((names) => names.includes(name));
  return {
    name: `${name}-imports-its-neighbour`,
    severity: "error",
    from: { path: folders([name]), pathNot: specs },
    to: {
      path: folders(
        floor.filter(
          (other) => other !== name && !leansOn[name]?.includes(other),
        ),
      ),
    },
  };
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...upwards,
    ...sideways,
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "identity-imports-users",
      severity: "error",
      from: { path: "^src/identity/" },
      to: { path: "^src/users/" },
    },
    {
      name: "users-import-only-types-of-identity",
      severity: "error",
      from: { path: "^src/users/", pathNot: specs },
      to: { path: "^src/identity/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "the-app-imports-the-index",
      comment: "The service is the modules' first customer.",
      severity: "error",
      from: {
        path: "^src/(?:(?:app\\.module|main|cli)\\.ts$|service/)",
        pathNot: specs,
      },
      to: {
        path: floors.slice(1).map(folders),
        pathNot: ["^src/config/", "^src/fastify/index\\.ts$"],
      },
    },
    {
      name: "the-test-kit-stays-out-of-the-product",
      severity: "error",
      from: { pathNot: ["^src/testing/", "^src/demo/", "^test/", specs] },
      to: { path: "^src/testing/" },
    },
    {
      name: "the-client-stands-alone",
      comment: "It runs in browsers, and its users install nothing else.",
      severity: "error",
      from: { path: "^src/client/" },
      to: { pathNot: ["^src/client/", "^node_modules/(?:@types/)?react/"] },
    },
    {
      name: "only-its-users-import-the-client",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/client/" },
      to: { path: "^src/client/" },
    },
    {
      name: "no-barrels",
      comment:
        "src/index.ts, src/fastify/index.ts and src/testing/index.ts are what we publish.",
      severity: "error",
      from: { path: "^src/(?!testing/|demo/|service/)[^/]+/" },
      to: { path: "/index\\.ts$", pathNot: "node_modules" },
    },
    {
      name: "no-dev-dependencies-in-the-product",
      severity: "error",
      from: { path: "^src/", pathNot: specs },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        // What an application brings itself is installed here for development.
        dependencyTypesNot: ["npm-peer"],
      },
    },
    {
      name: "the-product-does-without-optional-packages",
      comment:
        "Only what an application asks for by an entry point or an option may need them.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: [
          "^src/(?:app\\.module|main)\\.ts$",
          "^src/(?:fastify|service|health|metrics|demo|client)/",
          "^src/testing/(?:test-service\\.ts|google/signing-key\\.ts)$",
          "^src/common/open-api\\.decorators\\.ts$",
          "^src/user-import/(?:csv|json)-file\\.ts$",
          specs,
        ],
      },
      to: {
        path: optionalPeers.map((name) => `node_modules/${name}/`),
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["require", "node", "default", "types"],
    },
  },
};
