import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { type DocComment, docCommentOf } from "./doc-comment";
import { projectRoot } from "./project";

/** What a team may replace: an abstract class in a `*.port.ts`. */
export interface Seam {
  readonly name: string;
  /** From the project's folder. */
  readonly file: string;
  readonly doc: DocComment;
  readonly methods: readonly SeamMethod[];
  /** What is bound to it unless somebody else is; undefined where nothing is. */
  readonly default: SeamDefault | undefined;
}

export interface SeamMethod {
  /** On one line, such as `find(id: string): Promise<Session | null>`. */
  readonly signature: string;
  /** Whether an implementation has to have it. */
  readonly isAbstract: boolean;
  readonly doc: DocComment;
}

export interface SeamDefault {
  readonly name: string;
  readonly file: string;
  readonly doc: DocComment;
  /** The module that binds it. */
  readonly module: string;
}

interface DeclaredClass {
  readonly node: ts.ClassDeclaration;
  readonly name: string;
  readonly file: string;
}

interface Binding {
  readonly port: string;
  readonly implementation: string;
  readonly module: string;
}

/** Every seam under src, in the order of file names. */
export function readSeams(): readonly Seam[] {
  const sources = sourceFiles().map((file) => ({ file, source: parse(file) }));
  const classes = sources.flatMap(({ file, source }) =>
    classesOf(file, source),
  );
  const bindings = classes.flatMap(bindingsOf);
  return classes
    .filter(({ file, node }) => file.endsWith(".port.ts") && isAbstract(node))
    .map(({ node, name, file }) => ({
      name,
      file,
      doc: docCommentOf(node),
      methods: node.members.filter(ts.isMethodDeclaration).map(methodOf),
      default: defaultOf(name, classes, bindings),
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

/** The `{ provide: Port, useClass: Implementation }` of a module. */
function bindingsOf({ node, name: module, file }: DeclaredClass): Binding[] {
  if (!file.endsWith(".module.ts")) return [];
  const bindings: Binding[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isObjectLiteralExpression(child)) {
      const port = identifierAt(child, "provide");
      const implementation = identifierAt(child, "useClass");
      if (port && implementation)
        bindings.push({ port, implementation, module });
    }
    ts.forEachChild(child, visit);
  };
  visit(node);
  return bindings;
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
): SeamDefault | undefined {
  const binding = bindings.find((candidate) => candidate.port === port);
  const found = classes.find(({ name }) => name === binding?.implementation);
  return (
    binding &&
    found && {
      name: found.name,
      file: found.file,
      doc: docCommentOf(found.node),
      module: binding.module,
    }
  );
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
