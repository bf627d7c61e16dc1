import type { DocComment, DocTag } from "./doc-comment";
import { page, table } from "./markdown";
import { generatedNotice } from "./project";
import { readSeams, type Seam, type SeamMethod } from "./seam.reader";

/** docs/seams.md: the replaceable parts. */
export function seamsPage(): Promise<string> {
  const seams = readSeams();
  return page([
    generatedNotice,
    "# Seams",
    `Seams are the parts that an application can replace. Each one is an abstract class in a file
\`*.port.ts\`, which is also its injection token. To replace one, add a line to the \`providers\` of
\`GoogleAuthModule\`; the dependencies of your class come from the modules in \`imports\`:`,
    `\`\`\`ts complete
import { Injectable } from "@nestjs/common";
import {
  type Admission,
  type CallOrigin,
  GoogleAuthModule,
  SignInPolicy,
  type VerifiedIdentity,
} from "nest-google-auth";

@Injectable()
export class InvitedOnly extends SignInPolicy {
  override admit({ email }: VerifiedIdentity, _call: CallOrigin): Admission {
    if (email?.endsWith("@example.com")) {
      return { kind: "admitted", signUp: "open" };
    }
    const code = "invitation_required";
    const detail = "Ask a member to invite you.";
    return {
      kind: "refused",
      code: { code, status: 403, title: "Invitation required", detail },
    };
  }
}

export const googleAuth = GoogleAuthModule.forRoot({
  publicUrl: "https://api.example.com",
  secretKey: process.env.SECRET_KEY ?? "",
  google: { clientIds: ["000000000000-replace-me.apps.googleusercontent.com"] },
  database: { url: process.env.DATABASE_URL ?? "" },
  providers: [{ provide: SignInPolicy, useClass: InvitedOnly }],
});
\`\`\``,
    `A provider for anything else is refused at start, by name. To accept the tokens of another identity
provider, do not replace \`IdentityVerifier\` but add yours to \`identityProviders\`.`,
    table(
      ["Seam", "Default"],
      seams.map(({ name, default: { choices } }) => [
        `[\`${name}\`](#${name.toLowerCase()})`,
        choices.map((choice) => `\`${choice.name}\``).join(" or "),
      ]),
    ),
    `In addition, the rate limits can use any \`ThrottlerStorage\` of
[@nestjs/throttler](https://docs.nestjs.com/security/rate-limiting#storages), replaced in the same way.
By default they count in memory, or in the database with \`limits.store: "postgres"\`.`,
    ...seams.flatMap(sectionOf),
  ]);
}

function sectionOf(seam: Seam): string[] {
  return [
    `## ${seam.name}`,
    seam.doc.description,
    ...tagList(seam.doc),
    `Declared in ${linkTo(seam.file)}. ${defaultOf(seam)}`,
    ...contractsOf(seam),
    ...seam.methods.flatMap(methodSection),
  ];
}

function defaultOf({ default: { choices, choice } }: Seam): string {
  const places = choices
    .map(({ name, file }) => `\`${name}\` in ${linkTo(file)}`)
    .join(" or ");
  const summaries = [choice, ...choices.map(({ doc }) => doc)]
    .map((doc) => doc?.description.replace(/\s+/g, " ") ?? "")
    .filter((summary) => summary !== "");
  return [`Default: ${places}.`, ...summaries].join(" ");
}

function contractsOf({ name, contracts }: Seam): string[] {
  if (contracts.length === 0) return [];
  const links = contracts.map(linkTo).join(", ");
  return [`Implementations of \`${name}\` must pass ${links}.`];
}

function methodSection({ signature, isAbstract, doc }: SeamMethod): string[] {
  return [
    `### \`${signature}\``,
    ...(isAbstract ? [] : ["Optional: has a default implementation."]),
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
