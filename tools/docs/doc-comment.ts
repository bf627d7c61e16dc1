import * as ts from "typescript";

/** A tag of a docstring, such as `@throws`. */
export interface DocTag {
  /** Without the `@`. */
  readonly name: string;
  readonly text: string;
}

/** A parsed docstring. */
export interface DocComment {
  /** Markdown; empty without a docstring. */
  readonly description: string;
  readonly tags: readonly DocTag[];
}

/** The docstring of a declaration. */
export function docCommentOf(node: ts.Node): DocComment {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  const text = (comment?.getText() ?? "")
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^[ \t]*\* ?/gm, "")
    .replace(/\{@link +([^}\s]+)[^}]*\}/g, "`$1`");
  // Parsed here, because the compiler drops the protocol of a URL after `@see`.
  const [description = "", ...tags] = text.split(/^@(?=\w)/m);
  return {
    description: description.trim(),
    tags: tags.map((tag) => {
      const [name = ""] = tag.split(/\s/, 1);
      return { name, text: tag.slice(name.length).trim().replace(/\s+/g, " ") };
    }),
  };
}
