import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { readEnvironment } from "../src/config/read-environment";
import { describedVariables } from "../src/config/variable.decorator";
import { HelmTemplates } from "../tools/docs/helm-template";
import { renderChart } from "../tools/docs/kubernetes.file";
import { failures } from "./cluster/failures";
import {
  type Manifest,
  unknownFieldsIn,
  validateManifest,
} from "./support/kubernetes-schemas";

const deploy = resolve(__dirname, "../deploy");
const read = (name: string) => readFileSync(join(deploy, name), "utf8");

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: object;
  readonly livenessProbe?: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe?: { readonly httpGet: { readonly path: string } };
}

interface PodSpec {
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
}

type Workload = Manifest & {
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly spec: PodSpec };
  };
};

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string>>;
        readonly env_file?: string;
        readonly volumes?: readonly string[];
        readonly build?: string;
        readonly read_only?: boolean;
      }
    >
  >;
}

/** The variables of a Secret or of .env. */
const secrets = {
  DATABASE_URL: "postgresql://app:secret@pgbouncer:5432/app",
  SECRET_KEY: "0t8Jx7m2Yb1vQe5RrLk9Zs4NcWfTgHdUaPiOqXyV",
  METRICS_TOKEN: "scraper-7c1e9d40b6a2",
  PUBLIC_URL: "https://auth.example.org",
  GOOGLE_CLIENT_IDS: "123-abc.apps.googleusercontent.com",
};

describe("the manifests for Kubernetes", () => {
  const manifests = parseAllDocuments(
    read("kubernetes/nest-google-auth.yaml"),
  ).map((document) => document.toJS() as Manifest);
  const workload = (kind: string) =>
    manifests.find((manifest) => manifest.kind === kind) as Workload;

  it.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    "are valid against Kubernetes' schemas: %s",
    (_, manifest) => {
      expect(() => validateManifest(manifest)).not.toThrow();
    },
  );

  it("have no unknown fields", () => {
    expect(unknownFieldsIn(manifests)).toEqual([]);
    const { spec, ...rest } = workload("Deployment");
    const wrong = { ...rest, spec: { ...spec, replica: 2 } };
    expect(unknownFieldsIn([wrong])).toEqual([
      expect.stringMatching(/replica\W+ does not exist/),
    ]);
  });

  it("are refused without a required field, or with a field of another type", () => {
    const { spec, ...rest } = workload("Deployment");
    const wrong = { ...rest, spec: { ...spec, replicas: "two" } };
    expect(() => validateManifest(wrong)).toThrow(/replicas/);
    const without = { ...rest, spec: { ...spec, template: undefined } };
    expect(() => validateManifest(without)).toThrow(/template/);
  });

  it.each(["Deployment", "Job"])(
    "run the %s without root, privileges, a token or a writable root",
    (kind) => {
      const { spec } = workload(kind).spec.template;
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    },
  );

  it("give a stopping instance the delay, the longest request and a margin", () => {
    const { spec } = workload("Deployment").spec.template;
    const { env } = spec.containers[0];
    const delay = env.find(({ name }) => name === "SHUTDOWN_DELAY_SECONDS");
    expect(Number(delay?.value)).toBeGreaterThanOrEqual(5);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(delay?.value) + 15 + 5,
    );
  });

  it("probe routes of the service", () => {
    const { paths } = JSON.parse(
      readFileSync(resolve(deploy, "../docs/openapi.json"), "utf8"),
    ) as { paths: object };
    const [container] = workload("Deployment").spec.template.spec.containers;
    for (const probe of [container.livenessProbe, container.readinessProbe]) {
      expect(Object.keys(paths)).toContain(probe?.httpGet.path);
    }
  });

  it("set only the service's variables, and are a valid configuration with the secrets", () => {
    for (const kind of ["Deployment", "Job"]) {
      const { env } = workload(kind).spec.template.spec.containers[0];
      const names = [...describedVariables().keys()];
      expect(names).toEqual(
        expect.arrayContaining(env.map(({ name }) => name)),
      );
      const own = Object.fromEntries(
        env.map(({ name, value }) => [name, value]),
      );
      expect(() => readEnvironment(own)).toThrow(/SECRET_KEY/);
      expect(() => readEnvironment({ ...own, ...secrets })).not.toThrow();
    }
  });
});

describe("the Helm chart", () => {
  const rendered = (changes: object) =>
    new Map(
      [...renderChart(changes)].map(([name, text]) => [
        name,
        parse(text) as Workload,
      ]),
    );

  it("migrates before installing and upgrading", () => {
    expect(rendered({}).get("migrate.yaml")?.metadata).toMatchObject({
      annotations: { "helm.sh/hook": "pre-install,pre-upgrade" },
    });
  });

  it("has a fixed number of instances without autoscaling, and no policy if it is off", () => {
    const manifests = rendered({
      autoscaling: { enabled: false },
      networkPolicy: { enabled: false },
      replicas: 3,
    });
    expect([...manifests.keys()]).toEqual([
      ...["deployment.yaml", "disruption-budget.yaml"],
      ...["migrate.yaml", "service.yaml"],
    ]);
    for (const manifest of manifests.values()) validateManifest(manifest);
    expect(manifests.get("deployment.yaml")?.spec.replicas).toBe(3);
    const autoscaled = rendered({}).get("deployment.yaml");
    expect(autoscaled?.spec).not.toHaveProperty("replicas");
  });

  it("keeps values as strings, with any characters", () => {
    const config = { A: 'a "quoted": # text', B: "on", C: 7 };
    const deployment = rendered({ config }).get("deployment.yaml");
    const { env } = deployment?.spec.template.spec.containers[0] as Container;
    expect(env.slice(-3).map(({ value }) => value)).toEqual([
      ...['a "quoted": # text', "on", "7"],
    ]);
  });

  it.each([
    ["{{ .Values.none }}", "There is no .Values.none"],
    ["{{ .Values.a | b64enc }}", "There is no function b64enc"],
    ["{{ if .Values.a }}x", "An end is missing"],
    ["x{{ end }}", "There is an end too many"],
    ['{{ include "none" . }}', "There is no template none"],
  ])("with %s is refused by the tests' renderer", (text, message) => {
    const templates = new HelmTemplates({ Values: { a: "b" } });
    expect(() => templates.render(text)).toThrow(message);
  });
});

describe("the Compose file", () => {
  const compose = parse(read("compose/docker-compose.yml"), {
    merge: true,
  }) as Compose;
  const services = Object.entries(compose.services);

  it("has nginx, two instances, PgBouncer and Postgres", () => {
    expect(services.map(([name]) => name).sort()).toEqual([
      ...["app-1", "app-2", "migrate", "nginx", "pgbouncer", "postgres"],
    ]);
    for (const name of ["app-1", "app-2", "migrate"]) {
      expect(compose.services[name]?.read_only).toBe(true);
    }
  });

  it("mounts and builds only existing paths", () => {
    const paths = services.flatMap(([, { volumes = [], env_file, build }]) => [
      ...volumes.filter((volume) => volume.startsWith(".")),
      ...[env_file, build].filter((path) => path !== undefined),
    ]);
    expect(paths).toContain("pgbouncer.env");
    for (const path of paths.map((path) => path.split(":", 1)[0] ?? "")) {
      // The user creates this file.
      if (path === "../../.env") continue;
      expect([path, existsSync(join(deploy, "compose", path))]).toEqual([
        ...[path, true],
      ]);
    }
  });

  it("sets only the service's variables, as a valid configuration", () => {
    const environment = compose.services["app-1"]?.environment ?? {};
    expect([...describedVariables().keys()]).toEqual(
      expect.arrayContaining(Object.keys(environment)),
    );
    const filled = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+):\?.*?\}/g, (_, variable: string) =>
        String(secrets[variable as keyof typeof secrets] ?? "secret"),
      ),
    ]);
    expect(() =>
      readEnvironment(Object.fromEntries(filled) as Record<string, string>),
    ).not.toThrow();
  });

  it("gives nginx every variable of its template", () => {
    const template = read("nginx/service.conf.template");
    const wanted = [...template.matchAll(/\$\{(\w+)\}/g)].map(
      ([, name]) => name,
    );
    expect(new Set(wanted)).toEqual(
      new Set(Object.keys(compose.services.nginx?.environment ?? {})),
    );
  });
});

describe("docs/reliability.md", () => {
  it("has a row for every failure that is tested, with its promise", () => {
    const page = readFileSync(
      resolve(deploy, "../docs/reliability.md"),
      "utf8",
    );
    for (const { when, isUnseen, recoversWithinSeconds } of failures) {
      const row = page.split("\n").find((line) => line.includes(` ${when} `));
      const promise = isUnseen ? "–" : `${recoversWithinSeconds} s`;
      expect([when, row?.split("|").at(-2)?.trim()]).toEqual([when, promise]);
    }
  });
});
