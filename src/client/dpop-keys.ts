/** Proofs of possession of a key that cannot be exported (RFC 9449). */
export interface DpopProofs {
  /** @param now seconds since 1970, by the service's clock */
  proof(order: {
    readonly method: string;
    readonly url: string;
    readonly accessToken?: string;
    readonly nonce?: string;
    readonly now: number;
  }): Promise<string>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256" };

/** @param name of the key; all tabs of an origin share it */
export function dpopProofs(name: string): DpopProofs {
  let pair: Promise<CryptoKeyPair> | undefined;
  return {
    async proof({ method, url, accessToken, nonce, now }) {
      pair ??= keyPair(name);
      const { privateKey, publicKey } = await pair;
      const { kty, crv, x, y } = await crypto.subtle.exportKey(
        "jwk",
        publicKey,
      );
      const jwk = { kty, crv, x, y };
      const ath =
        accessToken &&
        base64url(await crypto.subtle.digest("SHA-256", utf8(accessToken)));
      const claims = {
        jti: crypto.randomUUID(),
        htm: method,
        htu: url.replace(/[?#].*/, ""),
        iat: Math.floor(now),
        ath,
        nonce,
      };
      const signed = [{ typ: "dpop+jwt", alg: "ES256", jwk }, claims]
        .map((part) => base64url(utf8(JSON.stringify(part))))
        .join(".");
      const signature = await crypto.subtle.sign(
        { ...algorithm, hash: "SHA-256" },
        privateKey,
        utf8(signed),
      );
      return `${signed}.${base64url(signature)}`;
    },
  };
}

/** From IndexedDB; without IndexedDB, a key in memory. */
async function keyPair(name: string): Promise<CryptoKeyPair> {
  const made = () => crypto.subtle.generateKey(algorithm, false, ["sign"]);
  if (typeof indexedDB === "undefined") return made();
  const opening = indexedDB.open("nest-google-auth", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await done(opening);
  const keys = () =>
    database.transaction("keys", "readwrite").objectStore("keys");
  const known = (): Promise<CryptoKeyPair | undefined> =>
    done(keys().get(name) as IDBRequest<CryptoKeyPair | undefined>);
  const kept = await known();
  if (kept) return kept;
  const fresh = await made();
  // Another tab may have been faster: then all tabs use its key.
  await done(keys().add(fresh, name)).catch(() => undefined);
  return (await known()) ?? fresh;
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      event.preventDefault();
      reject(request.error ?? new Error("IndexedDB"));
    };
  });
}

const utf8 = (text: string) => new TextEncoder().encode(text);

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
