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
    `Seams are the replaceable parts. Each is an abstract class, which is also its injection token, in a
file \`*.port.ts\`. To replace one, add a provider to the \`providers\` of \`GoogleAuthModule\`.
Modules that provide the dependencies of your class go into \`imports\`:`,
    `\`\`\`ts complete
import { Injectable } from "@nestjs/common";
import {
  type Admission,
  ConfiguredSignInPolicy,
  GoogleAuthModule,
  SignInPolicy,
  type VerifiedIdentity,
} from "nest-google-auth";

const invited = new Set(["ada@example.com"]);

@Injectable()
export class InvitedOnly extends ConfiguredSignInPolicy {
  override async admit(identity: VerifiedIdentity): Promise<Admission> {
    // The configured rules still apply: the address is verified.
    const admission = await super.admit(identity);
    if (admission.kind === "refused" || invited.has(identity.email ?? "")) {
      return admission;
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
    `The application does not start with a provider for anything else, and the error names it. To verify the
tokens of an additional identity provider, keep the default \`IdentityVerifier\` for Google and add yours
to \`identityProviders\`.`,
    table(
      ["Seam", "Default"],
      seams.map(({ name, default: { choices } }) => [
        `[\`${name}\`](#${name.toLowerCase()})`,
        choices.map((choice) => `\`${choice.name}\``).join(" or "),
      ]),
    ),
    `Rate limits are counted in a \`ThrottlerStorage\` of
[@nestjs/throttler](https://docs.nestjs.com/security/rate-limiting#storages), which can be replaced in the
same way. The default stores counts in memory or, with \`limits.store: "postgres"\`, in the database.`,
    `[\`examples/team-app\`](../examples/team-app/README.md) replaces six of them, with tests: policy, hooks,
claims, profile schema, and Redis for revocations and rate limits. It adds an \`IdentityVerifier\` for Apple.`,
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
    ...(isAbstract ? [] : ["Optional to implement."]),
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
