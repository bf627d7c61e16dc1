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

/** What a message to the other tabs takes at most, in milliseconds. */
const handOverMs = 50;

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

/** What a tab tells the others. */
interface Renewal {
  readonly renewed: string;
}

/** The service's API. The refresh token stays in its cookie, out of reach of scripts. */
export class Api {
  accessToken: string | undefined;
  /** Only where the service sets no cookie; gone after a reload. */
  private refreshToken: string | undefined;
  private count = 0;
  /** What one tab renews, all have. */
  private readonly tabs = new BroadcastChannel("nest-google-auth");

  constructor(
    private readonly base: URL,
    private readonly observe: (exchange: Exchange) => void = () => undefined,
  ) {
    this.tabs.onmessage = ({ data }: MessageEvent<Renewal>) => {
      // All have the newest, so that all see the same one expire.
      if (this.accessToken !== undefined) this.accessToken = data.renewed;
    };
  }

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
    const { code } = Object(answer.body) as { code?: string };
    if (code !== "unauthenticated") return answer;
    const renewal = await this.refresh({ instead: token });
    if (renewal.status !== 200) return answer;
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

  /**
   * New tokens by the cookie; one tab after the other.
   *
   * @param instead the access token to replace: when another call or tab has
   *   done so meanwhile, nothing is sent
   */
  refresh({
    instead,
    ...options
  }: CallOptions & { instead?: string } = {}): Promise<Answer> {
    const run = async () => {
      const { refreshToken, accessToken: old } = this;
      if (instead !== undefined && old !== undefined && old !== instead) {
        return { status: 200, body: {} };
      }
      const answer = await this.call("POST", "auth/refresh", {
        ...options,
        ...(refreshToken !== undefined && { body: { refreshToken } }),
      });
      if (answer.status === 401) this.forget();
      this.keep(answer);
      if (answer.status === 200 && this.accessToken !== undefined) {
        const renewed = this.accessToken;
        this.tabs.postMessage({ renewed } satisfies Renewal);
      }
      return answer;
    };
    return new Promise((resolve) => {
      void navigator.locks.request("nest-google-auth.refresh", async () => {
        resolve(await run());
        // The other tabs hear of the new token before one of them has its turn.
        await new Promise((done) => setTimeout(done, handOverMs));
      });
    });
  }

  /** After a sign-out, or a session that ended elsewhere. */
  forget(): void {
    this.accessToken = undefined;
    this.refreshToken = undefined;
  }

  private keep({ status, body }: Answer): void {
    if (status !== 200) return;
    const tokens = body as { accessToken: string; refreshToken?: string };
    this.accessToken = tokens.accessToken;
    this.refreshToken = tokens.refreshToken;
  }
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
