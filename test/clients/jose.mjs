/*
 * A third-party API that has only the URL of our keys. It runs until its
 * standard input ends: each line is a token to verify or a step of its clock,
 * and each token gets one line of output.
 */
import { createInterface } from "node:readline";
import * as jose from "jose";
import { described, order, throughProxy } from "./console.mjs";

const { issuer, audience } = order;
const RealDate = Date;
let aheadMilliseconds = 0;
let fetches = 0;

// jose uses the machine's clock, as in a real API.
globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length > 0 ? args : [Date.now()]));
  }
  static now() {
    return RealDate.now() + aheadMilliseconds;
  }
};

// With jose's own cache: 10 minutes, and 30 s between fetches for unknown keys.
const keys = jose.createRemoteJWKSet(
  new URL(`${issuer}/.well-known/jwks.json`),
  {
    [jose.customFetch]: (url, init) => {
      fetches += 1;
      return throughProxy(url, init);
    },
  },
);

async function answer({ id, token }) {
  const verdict = await jose
    .jwtVerify(token, keys, {
      ...{ issuer, audience, typ: "at+jwt", algorithms: ["ES256"] },
      requiredClaims: ["sub", "client_id", "jti", "iat", "exp", "sid"],
    })
    .catch((error) => ({ failed: described(error) }));
  const { payload, protectedHeader, failed } = verdict;
  console.log(
    JSON.stringify({ id, payload, protectedHeader, failed, fetches }),
  );
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const order = JSON.parse(line);
  if (order.step === undefined) void answer(order);
  else aheadMilliseconds += order.step * 1000;
});
