import type { SigningKeyStore, StoredKey } from "../../../index";
import { failed, type Finding, ok, warning } from "./finding";

const check = "signing keys";
const dayMilliseconds = 24 * 3600 * 1000;

/**
 * Whether the keys in the database can be read with SECRET_KEY, and are as
 * young as the rotation keeps them.
 *
 * @param rotationDays null if they are not rotated on schedule
 * @param now milliseconds since 1970
 */
export async function signingKeyFindings(
  store: SigningKeyStore,
  rotationDays: number | null,
  now: number,
): Promise<Finding[]> {
  const keys = await store.load();
  const current = keys.find(({ state }) => state === "current");
  if (keys.length === 0) {
    return [ok(check, "none yet: the service creates them when it starts")];
  }
  if (!current) {
    return [
      warning(
        check,
        "no key signs",
        "A service repairs that when it starts; see its log",
      ),
    ];
  }
  if (!isReadable(store, current)) {
    return [
      failed(
        check,
        `${current.kid}, which signs, cannot be read with SECRET_KEY`,
        "Set the value that the service had before, or set that one as SECRET_KEY_PREVIOUS",
      ),
    ];
  }
  const foreign = keys.filter((key) => !isReadable(store, key));
  if (foreign.length > 0) {
    return [
      warning(
        check,
        `${foreign.map(({ kid }) => kid).join(", ")} cannot be read with SECRET_KEY and is ignored`,
        "Remove it with: node dist/cli.js keys remove <kid>",
      ),
    ];
  }
  return [ageFinding(store, keys, current, rotationDays, now)];
}

function isReadable(store: SigningKeyStore, key: StoredKey): boolean {
  const needsPrivateKey = key.state !== "previous";
  return store.isGenuine(key) && (!needsPrivateKey || store.open(key) !== null);
}

function ageFinding(
  store: SigningKeyStore,
  keys: readonly StoredKey[],
  { kid, notBefore, createdAt }: StoredKey,
  rotationDays: number | null,
  now: number,
): Finding {
  const days = Math.max(
    (now - (notBefore ?? createdAt).getTime()) / dayMilliseconds,
    0,
  );
  const text = `readable; ${kid} has been signing for ${Math.floor(days)} days`;
  if (rotationDays !== null && days > rotationDays + 1) {
    return warning(
      check,
      `${text}, but SIGNING_KEY_ROTATION_DAYS is ${rotationDays}`,
      "A running service rotates it within 30 s; see its log",
    );
  }
  return store.isInOrder(keys)
    ? ok(check, text)
    : warning(
        check,
        `${text}; some are still encrypted with SECRET_KEY_PREVIOUS, or one is due`,
        "A running service does the rest within 30 s; keep SECRET_KEY_PREVIOUS until then",
      );
}
