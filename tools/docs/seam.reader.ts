import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as ts from "typescript";
import { type DocComment, docCommentOf } from "./doc-comment";
import { projectRoot } from "./project";

/** A replaceable part: an abstract class in a `*.port.ts`. */
export interface Seam {
  readonly name: string;
  /** Relative to the project's folder. */
  readonly file: string;
  readonly doc: DocComment;
  readonly methods: readonly SeamMethod[];
  /** The default implementation. */
  readonly default: SeamDefault;
  /** Contract tests for implementations, relative to the project's folder. */
  readonly contracts: readonly string[];
}

export interface SeamMethod {
  /** On one line, such as `find(id: string): Promise<Session | null>`. */
  readonly signature: string;
  /** Whether implementations must define it. */
  readonly isAbstract: boolean;
  readonly doc: DocComment;
}

export interface SeamDefault {
  /** One class, or several if a factory chooses, the usual one first. */
  readonly choices: readonly SeamImplementation[];
  /** How the factory chooses; undefined without a factory. */
  readonly choice: DocComment | undefined;
}

export interface SeamImplementation {
  readonly name: string;
  readonly file: string;
  readonly doc: DocComment;
}

interface DeclaredClass {
  readonly node: ts.ClassDeclaration;
  readonly name: string;
  readonly file: string;
}

interface Binding {
  readonly port: string;
  readonly implementations: readonly string[];
  /** The function that chooses. */
  readonly factory: ts.FunctionDeclaration | undefined;
}

/**
 * All seams in src, sorted by file name.
 *
 * @throws Error if a seam has no default
 */
export function readSeams(): readonly Seam[] {
  const sources = sourceFiles().map((file) => ({ file, source: parse(file) }));
  const classes = sources.flatMap(({ file, source }) =>
    classesOf(file, source),
  );
  const bindings = sources.flatMap(({ file, source }) =>
    // Only bindings of modules are defaults, not those of the demo.
    file.endsWith(".module.ts") ? bindingsOf(source) : [],
  );
  const contracts = contractFiles();
  return classes
    .filter(({ file, node }) => file.endsWith(".port.ts") && isAbstract(node))
    .map(({ node, name, file }) => ({
      name,
      file,
      doc: docCommentOf(node),
      methods: node.members.filter(ts.isMethodDeclaration).map(methodOf),
      default: defaultOf(name, classes, bindings),
      contracts: contracts.filter((path) => isContractOf(file, path)),
    }));
}

function sourceFiles(): readonly string[] {
  return readdirSync(join(projectRoot, "src"), { recursive: true })
    .map((name) => `src/${String(name).replaceAll("\\", "/")}`)
    .filter((file) => /(?<!\.spec|\.d)\.ts$/.test(file))
    .filter((file) => !/^src\/(?:testing|demo)\//.test(file))
    .sort();
}

function parse(file: string): ts.SourceFile {
  const text = readFileSync(join(projectRoot, file), "utf8");
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function classesOf(file: string, source: ts.SourceFile): DeclaredClass[] {
  return source.statements
    .filter(ts.isClassDeclaration)
    .flatMap((node) => (node.name ? { node, name: node.name.text, file } : []));
}

/** The providers of a module with `useClass` or `useFactory`. */
function bindingsOf(source: ts.SourceFile): Binding[] {
  const bindings: Binding[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isObjectLiteralExpression(child)) {
      const binding = bindingIn(child, source);
      if (binding) bindings.push(binding);
    }
    ts.forEachChild(child, visit);
  };
  visit(source);
  return bindings;
}

function bindingIn(
  object: ts.ObjectLiteralExpression,
  source: ts.SourceFile,
): Binding | undefined {
  const port = identifierAt(object, "provide");
  const implementation = identifierAt(object, "useClass");
  if (port === undefined) return undefined;
  if (implementation !== undefined) {
    return { port, implementations: [implementation], factory: undefined };
  }
  const name = identifierAt(object, "useFactory");
  const factory = source.statements
    .filter(ts.isFunctionDeclaration)
    .find((declared) => declared.name?.text === name);
  return factory && { port, implementations: madeBy(factory), factory };
}

/** The classes that a function instantiates, in source order. */
function madeBy(factory: ts.FunctionDeclaration): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) names.push(node.expression.getText());
    ts.forEachChild(node, visit);
  };
  visit(factory);
  return names;
}

function identifierAt(
  object: ts.ObjectLiteralExpression,
  member: string,
): string | undefined {
  const property = object.properties
    .filter(ts.isPropertyAssignment)
    .find(({ name }) => ts.isIdentifier(name) && name.text === member);
  return property && ts.isIdentifier(property.initializer)
    ? property.initializer.text
    : undefined;
}

function defaultOf(
  port: string,
  classes: readonly DeclaredClass[],
  bindings: readonly Binding[],
): SeamDefault {
  const binding = bindings.find((candidate) => candidate.port === port);
  const choices = (binding?.implementations ?? []).map((implementation) => {
    const found = classes.find(({ name }) => name === implementation);
    if (!found) throw new Error(`Class ${implementation} not found`);
    const { name, file, node } = found;
    return { name, file, doc: docCommentOf(node) };
  });
  if (choices.length === 0)
    throw new Error(`${port} has no default implementation`);
  const factory = binding?.factory;
  return { choices, choice: factory && docCommentOf(factory) };
}

const contractsFolder = "src/testing/contracts";

function contractFiles(): readonly string[] {
  const folder = join(projectRoot, contractsFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /(?<!\.spec)\.ts$/.test(name))
    .map((name) => `${contractsFolder}/${name}`)
    .sort();
}

/**
 * Whether a file is the contract of a port, such as `session-store.contract.ts`
 * of `session-store.port.ts`.
 */
function isContractOf(port: string, file: string): boolean {
  return basename(file).startsWith(`${basename(port, ".port.ts")}.`);
}

function methodOf(method: ts.MethodDeclaration): SeamMethod {
  const signature = [
    method.name.getText(),
    `(${method.parameters.map((parameter) => parameter.getText()).join(", ")})`,
    method.type ? `: ${method.type.getText()}` : "",
  ].join("");
  return {
    signature: signature.replace(/\s+/g, " "),
    isAbstract: isAbstract(method),
    doc: docCommentOf(method),
  };
}

function isAbstract(node: ts.HasModifiers): boolean {
  return (
    ts
      .getModifiers(node)
      ?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false
  );
}
