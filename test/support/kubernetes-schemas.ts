import { resolve } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Job } from "kubernetes-models/batch/v1/Job";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Service } from "kubernetes-models/v1/Service";
import { typeErrorsIn } from "./type-errors";

/** A manifest, as parsed from YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const schemas: Readonly<
  Record<string, new (data: never) => { validate(): void }>
> = {
  "apps/v1 Deployment": Deployment,
  "autoscaling/v2 HorizontalPodAutoscaler": HorizontalPodAutoscaler,
  "batch/v1 Job": Job,
  "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy,
  "policy/v1 PodDisruptionBudget": PodDisruptionBudget,
  "v1 Service": Service,
};

/**
 * Finds unknown fields with the compiler, such as misspellings, which the
 * schemas allow.
 */
export function unknownFieldsIn(manifests: readonly Manifest[]): string[] {
  const lines = manifests.map((manifest, index) => {
    const { apiVersion, kind } = manifest;
    const from = `kubernetes-models/${apiVersion}/${kind}`;
    return [
      `import type { I${kind} as Kind${index} } from "${from}";`,
      `export const manifest${index}: Kind${index} = ${JSON.stringify(manifest)};`,
    ].join("\n");
  });
  const file = resolve(__dirname, "manifests.ts");
  return typeErrorsIn([{ file, code: lines.join("\n") }]);
}

/** @throws Error that names the problem */
export function validateManifest(manifest: Manifest): void {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const Schema = schemas[kind];
  if (!Schema) throw new Error(`There is no schema for ${kind}`);
  new Schema(manifest as never).validate();
}
