/** The credentials of an `Authorization: Basic` header. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * Parses an `Authorization: Basic` header in both ways: OAuth clients
 * form-encode id and secret before joining them, others do not.
 *
 * @param authorization the header; untrusted
 * @returns an empty list if it is not such a header
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 * @see https://www.rfc-editor.org/rfc/rfc7617
 */
export function basicCredentials(
  authorization: string | undefined,
): readonly BasicCredentials[] {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) return [];
  const plain = { id: text.slice(0, colon), secret: text.slice(colon + 1) };
  const [id, secret] = [formDecoded(plain.id), formDecoded(plain.secret)];
  if (id === null || secret === null) return [plain];
  return id === plain.id && secret === plain.secret
    ? [plain]
    : [plain, { id, secret }];
}

function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
