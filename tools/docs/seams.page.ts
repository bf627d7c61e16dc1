import type { DocComment, DocTag } from "./doc-comment";
import { page, table } from "./markdown";
import { generatedNotice } from "./project";
import { readSeams, type Seam, type SeamMethod } from "./seam.reader";

/** docs/seams.md: what a team may replace. */
export function seamsPage(): Promise<string> {
  const seams = readSeams();
  return page([
    generatedNotice,
    "# Seams",
    `What a team may replace. Each seam is an abstract class, which is also its injection
token, in a file \`*.port.ts\`. To replace one, hand \`{ provide: TheSeam, useClass: Yours }\`
to the \`providers\` of the module that binds its default; see
[the README](../README.md#replacing-a-seam) for an example.`,
    table(
      ["Seam", "Default", "Bound by"],
      seams.map((seam) => [
        `[\`${seam.name}\`](#${seam.name.toLowerCase()})`,
        seam.default ? `\`${seam.default.name}\`` : "none",
        seam.default ? `\`${seam.default.module}\`` : "",
      ]),
    ),
    ...seams.flatMap(sectionOf),
  ]);
}

function sectionOf(seam: Seam): string[] {
  return [
    `## ${seam.name}`,
    seam.doc.description,
    ...tagList(seam.doc),
    `Declared in ${linkTo(seam.file)}. ${defaultOf(seam)}`,
    ...seam.methods.flatMap(methodSection),
  ];
}

function defaultOf({ default: implementation }: Seam): string {
  if (!implementation) return "There is no default.";
  const { name, file, doc } = implementation;
  const summary = doc.description.replace(/\s+/g, " ");
  return `Default: \`${name}\` in ${linkTo(file)}${summary ? `. ${summary}` : "."}`;
}

function methodSection({ signature, isAbstract, doc }: SeamMethod): string[] {
  return [
    `### \`${signature}\``,
    ...(isAbstract
      ? []
      : ["Optional: the seam has an implementation of its own."]),
    doc.description,
    ...tagList(doc),
  ].filter((paragraph) => paragraph !== "");
}

function tagList({ tags }: DocComment): string[] {
  return tags.length > 0 ? [tags.map(tagLine).join("\n")] : [];
}

function tagLine({ name, text }: DocTag): string {
  if (name === "param") {
    const [parameter = ""] = text.split(" ", 1);
    return `- \`${parameter}\`: ${text.slice(parameter.length).trim()}`;
  }
  const labels: Readonly<Record<string, string>> = {
    returns: "Returns",
    throws: "Throws",
    see: "See",
  };
  return `- ${labels[name] ?? name}: ${text}`;
}

function linkTo(file: string): string {
  return `[\`${file}\`](../${file})`;
}
