/** A request with its response, for display. */
export interface Exchange {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: unknown;
  /** 0 without a response. */
  readonly status: number;
  readonly body: unknown;
  readonly milliseconds: number;
}

let count = 0;

/** A `fetch` that reports each request with its response. */
export function observedFetch(
  observe: (exchange: Exchange) => void,
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, url } = request;
    const headers = Object.fromEntries(request.headers);
    const sent = parsed(await request.clone().text());
    const startedAt = performance.now();
    const report = (status: number, body?: unknown) => {
      const milliseconds = Math.round(performance.now() - startedAt);
      const answer = { status, body, milliseconds };
      observe({ id: ++count, method, url, headers, sent, ...answer });
    };
    try {
      const response = await fetch(request);
      report(response.status, parsed(await response.clone().text()));
      return response;
    } catch (error) {
      report(0);
      throw error;
    }
  };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
