import {
  bytesOfSegment,
  objectOfSegment,
  type SegmentFault,
} from "../../common/jws-segment";
import { type Check, firstRefusal } from "./check";

/** Maximum size of an ID token, in bytes. Google's have 900–1300. */
export const maxIdTokenBytes = 8192;
const maxKeyIdLength = 128;
/** The `typ` an ID token may have, in upper case. */
export const idTokenTypes: ReadonlySet<string> = new Set(["JWT"]);

type Members = Readonly<Record<string, unknown>>;

/** A compact JWS as it was presented, decoded on demand. Not verified. */
export class UnverifiedToken {
  private split: readonly string[] | undefined;
  private decodedHeader: Members | SegmentFault | undefined;
  private decodedPayload: Members | SegmentFault | undefined;

  /** @param types the `typ` it may have, in upper case, if it has one */
  constructor(
    readonly text: string,
    readonly types: ReadonlySet<string>,
  ) {}

  get segments(): readonly string[] {
    return (this.split ??= this.text.split("."));
  }

  /** The members of the header, or why they cannot be read. */
  get header(): Members | SegmentFault {
    return (this.decodedHeader ??= objectOfSegment(this.segments[0] ?? ""));
  }

  /** The members of the payload, or why they cannot be read. */
  get payload(): Members | SegmentFault {
    return (this.decodedPayload ??= objectOfSegment(this.segments[1] ?? ""));
  }

  /** `kid`: a string once the check `key-id` has passed. */
  get keyId(): string {
    return (this.header as Members).kid as string;
  }

  /** The payload, once the check of that name has passed. */
  get claims(): Members {
    return this.payload as Members;
  }
}

/** Each of these asks the verifier to fetch, trust or unpack something. */
const forbiddenHeaders = ["crit", "jwk", "jku", "x5u", "x5c", "zip", "b64"];

/**
 * The checks of the form: exactly one encoding of a token is accepted, and
 * nothing in its header can choose how it is verified.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725 JSON Web Token Best Current Practices
 */
export const formChecks: readonly Check<UnverifiedToken>[] = [
  {
    name: "size",
    demands: `at most ${maxIdTokenBytes} bytes`,
    reason: "token_too_large",
    passes: ({ text }) => text.length <= maxIdTokenBytes,
  },
  {
    name: "form",
    demands: "header.payload.signature",
    reason: "malformed_token",
    needs: ["size"],
    passes: ({ segments }) =>
      segments.length === 3 && segments[0] !== "" && segments[1] !== "",
  },
  {
    name: "signed",
    demands: "the signature is not empty",
    reason: "malformed_token",
    needs: ["form"],
    passes: ({ segments }) => segments[2] !== "",
  },
  {
    name: "header",
    demands: "a JSON object in base64url, no member twice",
    reason: ({ header }) =>
      header === "duplicate_member" ? header : "malformed_header",
    needs: ["form"],
    passes: ({ header }) => typeof header === "object",
  },
  {
    name: "algorithm",
    demands: "alg is RS256",
    reason: "algorithm_not_allowed",
    needs: ["header"],
    passes: (token) => headerOf(token).alg === "RS256",
  },
  {
    name: "key-id",
    demands: `kid is a string of 1 to ${maxKeyIdLength} characters`,
    reason: "key_id_invalid",
    needs: ["header"],
    passes: (token) => {
      const { kid } = headerOf(token);
      return (
        typeof kid === "string" && kid !== "" && kid.length <= maxKeyIdLength
      );
    },
  },
  {
    name: "type",
    demands: "typ is JWT, or absent",
    reason: "type_not_allowed",
    needs: ["header"],
    passes: (token) => {
      const { typ } = headerOf(token);
      return (
        typ === undefined ||
        (typeof typ === "string" && token.types.has(typ.toUpperCase()))
      );
    },
  },
  {
    name: "header-members",
    demands: "nothing in the header chooses how it is verified",
    reason: "header_not_allowed",
    needs: ["header"],
    passes: (token) => {
      for (const name of forbiddenHeaders) {
        if (Object.hasOwn(headerOf(token), name)) return false;
      }
      return true;
    },
  },
  {
    name: "signature-form",
    demands: "the signature is base64url",
    reason: "malformed_signature",
    needs: ["signed"],
    passes: ({ segments }) => bytesOfSegment(segments[2] ?? "") !== null,
  },
  {
    name: "payload",
    demands: "a JSON object in base64url, no member twice",
    reason: ({ payload }) =>
      payload === "duplicate_member" ? payload : "malformed_payload",
    needs: ["form"],
    passes: ({ payload }) => typeof payload === "object",
  },
];

function headerOf({ header }: UnverifiedToken): Members {
  return header as Members;
}

/**
 * Parses an ID token and checks its form. It is not verified yet.
 *
 * @param text as the client sent it
 * @throws AuthError `invalid_token` with the reason
 */
export function parseIdToken(
  text: string,
): Pick<UnverifiedToken, "keyId" | "claims"> {
  const token = new UnverifiedToken(text, idTokenTypes);
  const refusal = firstRefusal(formChecks, token);
  if (refusal) throw refusal;
  return { keyId: token.keyId, claims: token.claims };
}
