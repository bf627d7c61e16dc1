/** An answer; status 0 where the service cannot be reached. */
export interface Answer {
  readonly status: number;
  // Each caller knows the shape of the route it calls.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** A request with its answer, as shown to people. */
export interface Exchange extends Answer {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: unknown;
  readonly milliseconds: number;
}

export interface CallOptions {
  readonly body?: object;
  readonly token?: string;
  /** Not reported to the observer. */
  readonly quiet?: boolean;
}

const sentences: Readonly<Record<string, string>> = {
  account_disabled: "This account is disabled.",
  sign_up_not_allowed: "New accounts are not accepted here.",
  hosted_domain_not_allowed: "Sign in with your organization's account.",
  email_not_verified: "Google has not verified this e-mail address.",
  insufficient_role: "Your account may not see this.",
  rate_limited: "Too many requests. Wait a moment and try again.",
  identity_provider_unavailable: "Google cannot be reached. Try again soon.",
  service_unavailable: "The service is not available. Try again soon.",
  session_revoked: "You have been signed out.",
  session_expired: "Your session has ended. Sign in again.",
  reauthentication_required: "Confirm that it is you, and try again.",
};

/** What to tell the user of an answer that is no success. */
export function sentenceOf({ status, body }: Answer): string {
  if (status === 0) return "The service cannot be reached. Are you offline?";
  const { code, detail } = Object(body) as { code?: string; detail?: string };
  return sentences[code ?? ""] ?? detail ?? `The service answered ${status}.`;
}

/** The service's API. The refresh token stays in its cookie, out of reach of scripts. */
export class Api {
  accessToken: string | undefined;
  /** Only where the service sets no cookie; gone after a reload. */
  private refreshToken: string | undefined;
  private count = 0;

  constructor(
    private readonly base: URL,
    private readonly observe: (exchange: Exchange) => void = () => undefined,
  ) {}

  async call(
    method: string,
    path: string,
    { body, token, quiet = false }: CallOptions = {},
  ): Promise<Answer> {
    const url = new URL(path, this.base).href;
    const headers = {
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const startedAt = performance.now();
    const answer = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
    }).then(
      async (response) => ({
        status: response.status,
        body: parsed(await response.text()),
      }),
      () => ({ status: 0, body: undefined }),
    );
    if (!quiet) {
      this.observe({
        ...{ ...answer, id: ++this.count, method, url, headers, sent: body },
        milliseconds: Math.round(performance.now() - startedAt),
      });
    }
    return answer;
  }

  /** A call with the access token, renewed once where it has expired. */
  async authorized(
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer> {
    const token = this.accessToken;
    const answer = await this.call(method, path, { ...options, token });
    if (answer.body?.code !== "unauthenticated") return answer;
    // Another call may have renewed it in the meantime.
    if (this.accessToken === token && (await this.refresh()).status !== 200) {
      return answer;
    }
    return this.call(method, path, { ...options, token: this.accessToken });
  }

  /** Trades a credential for tokens at one of the sign-in routes. */
  async signIn(path: string, body: object): Promise<Answer> {
    const answer = await this.call("POST", path, {
      body,
      token: this.accessToken,
    });
    this.keep(answer);
    return answer;
  }

  /** New tokens by the cookie; one tab after the other. */
  async refresh(options: CallOptions = {}): Promise<Answer> {
    const run = async () => {
      const { refreshToken } = this;
      const answer = await this.call("POST", "auth/refresh", {
        ...options,
        ...(refreshToken !== undefined && { body: { refreshToken } }),
      });
      if (answer.status === 401) this.forget();
      this.keep(answer);
      return answer;
    };
    return await navigator.locks.request("nest-google-auth.refresh", run);
  }

  /** After a sign-out, or a session that ended elsewhere. */
  forget(): void {
    this.accessToken = undefined;
    this.refreshToken = undefined;
  }

  private keep({ status, body }: Answer): void {
    if (status !== 200) return;
    this.accessToken = body.accessToken;
    this.refreshToken = body.refreshToken;
  }
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
