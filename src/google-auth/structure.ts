import {
  isProviderName,
  providerNameRule,
} from "../config/verify-token-providers";
import type { GoogleAuthStructure, RoutesOptions } from "./google-auth.options";
import { seamProblems } from "./seams";

/** The routes that are served by default. */
export const defaultRoutes = {
  prefix: "",
  account: true,
  admin: true,
  oauth: true,
  securityEvents: true,
  health: false,
  metrics: false,
  pages: false,
} as const satisfies Required<RoutesOptions>;

/** The names of the structural options. */
const structureNames = [
  ...["routes", "guard", "errors", "migrate", "identityProviders"],
  ...["imports", "providers"],
] as const satisfies readonly (keyof GoogleAuthStructure)[];

/** Separates structural options from the others. */
export function split(options: object): [GoogleAuthStructure, object] {
  const structure: Record<string, unknown> = {};
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    const isStructure = structureNames.some((known) => known === name);
    (isStructure ? structure : values)[name] = value;
  }
  return [structure, values];
}

/** The structural options that a factory must not return. */
export function misplacedNames(options: object): string[] {
  return structureNames
    .filter((name) => name in options)
    .map((name) => `${name} belongs next to the factory, not inside it`);
}

/** The problems of structural options, by name; untrusted, since callers may not type-check. */
export function structureProblems(structure: GoogleAuthStructure): string[] {
  const { routes = {}, guard, errors, migrate, providers = [] } = structure;
  const { identityProviders = {} } = structure;
  return [
    ...oneOf("guard", guard, "global", "manual"),
    ...oneOf("errors", errors, "own", "all"),
    ...oneOf("migrate", migrate, "on-start", "never"),
    ...Object.entries(routes).flatMap(([name, value]) =>
      problemOfRoutes(name, value),
    ),
    ...Object.entries(identityProviders).flatMap(([name, provider]) =>
      problemOfProvider(name, provider),
    ),
    ...seamProblems(providers, routes.securityEvents !== false),
  ];
}

/** Identity providers whose names are also in `verifyTokenProviders`. */
export function sharedNames(
  { identityProviders = {} }: GoogleAuthStructure,
  values: object,
): string[] {
  const { verifyTokenProviders } = values as { verifyTokenProviders?: unknown };
  const others: unknown[] = Array.isArray(verifyTokenProviders)
    ? verifyTokenProviders.map((one: { name?: unknown } | null) => one?.name)
    : [];
  return Object.keys(identityProviders)
    .filter((name) => others.includes(name))
    .map((name) => `identityProviders.${name} is also in verifyTokenProviders`);
}

function oneOf(name: string, value: unknown, ...allowed: string[]): string[] {
  return value === undefined || allowed.some((one) => one === value)
    ? []
    : [`${name} must be ${allowed.join(" or ")}`];
}

function problemOfRoutes(name: string, value: unknown): string[] {
  if (!Object.hasOwn(defaultRoutes, name)) {
    return [`routes.${name} is not an option`];
  }
  if (name === "pages") return problemOfPages(value);
  const type = typeof defaultRoutes[name as keyof RoutesOptions];
  return value === undefined || typeof value === type
    ? []
    : [`routes.${name} must be a ${type}`];
}

function problemOfPages(value: unknown): string[] {
  if (value === undefined || typeof value === "boolean") return [];
  const isChoice =
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(
      ([name, isOn]) =>
        ["account", "admin"].includes(name) &&
        ["boolean", "undefined"].includes(typeof isOn),
    );
  return isChoice
    ? []
    : ["routes.pages must be a boolean or { account, admin }, each a boolean"];
}

function problemOfProvider(name: string, provider: unknown): string[] {
  if (!isProviderName(name)) {
    return [`identityProviders.${name} must be ${providerNameRule}`];
  }
  const type: unknown =
    typeof provider === "function" ? provider.prototype : provider;
  const { verify } = (type ?? {}) as { verify?: unknown };
  return typeof verify === "function"
    ? []
    : [`identityProviders.${name} must be an IdentityVerifier`];
}
