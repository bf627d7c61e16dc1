import type { TestService } from "../../src/testing/test-service";
import { DpopClient, type ProofOrder } from "./dpop-client";
import { type Answer, answerOf } from "./requests";

/** The public URL of TestService. */
export const issuer = "https://service.example";

/** The requests of one client with its own key. */
export class DpopCalls {
  constructor(
    private readonly service: TestService,
    readonly client = new DpopClient(),
  ) {}

  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | undefined>>,
    body?: unknown,
  ): Promise<Answer> {
    const sent = Object.entries({
      ...headers,
      "content-type": body === undefined ? undefined : "application/json",
    }).filter(([, value]) => value !== undefined) as [string, string][];
    return answerOf(
      await this.service.fetch(path, {
        method,
        headers: sent,
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    );
  }

  /** A proof for POST to this path, with changes. */
  proof(path: string, order: Partial<ProofOrder> = {}): string {
    return this.client.proof({ url: issuer + path, ...order });
  }

  signIn(
    idToken: string,
    dpop: string | undefined = this.proof("/auth/google"),
  ): Promise<Answer> {
    return this.send("POST", "/auth/google", { dpop }, { idToken });
  }

  refresh(
    refreshToken: unknown,
    dpop: string | undefined = this.proof("/auth/refresh"),
  ): Promise<Answer> {
    return this.send("POST", "/auth/refresh", { dpop }, { refreshToken });
  }

  /** A proof for GET /users/me with this token. */
  proofOf(token: string, order: Partial<ProofOrder> = {}): string {
    return this.proof("/users/me", { method: "GET", token, ...order });
  }

  /** GET with `Authorization: DPoP`. */
  get(token: string, dpop?: string, path = "/users/me"): Promise<Answer> {
    return this.send("GET", path, { authorization: `DPoP ${token}`, dpop });
  }
}
