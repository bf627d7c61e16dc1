import { Card, Chip } from "../components";
import type { Exchange } from "./observed-fetch";

/** The request as a curl command. */
export function curlOf({ method, url, headers, sent }: Exchange): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl -s -X ${method} ${quoted(url)}`,
    ...Object.entries(headers).map(
      ([name, value]) => `-H ${quoted(`${name}: ${value}`)}`,
    ),
    ...(sent === undefined ? [] : [`-d ${quoted(JSON.stringify(sent))}`]),
  ].join(" \\\n  ");
}

function CodeOf({ status, body }: Exchange) {
  const { code } = Object(body) as { code?: string };
  return (
    <Chip tone={status >= 200 && status < 300 ? "good" : "bad"}>
      {status || "no response"} {code ?? ""}
    </Chip>
  );
}

/** All requests of the page, newest first, with response and curl command. */
export function Exchanges({ of }: { of: readonly Exchange[] }) {
  return (
    <Card
      title="Requests"
      aside={<span class="muted small">newest first</span>}
    >
      {of.length === 0 && <p class="muted">None yet.</p>}
      <div class="scroll" tabIndex={0} role="group" aria-label="Requests">
        {of.map((exchange) => (
          <details key={exchange.id} class="fresh">
            <summary>
              <code>
                {exchange.method} {new URL(exchange.url).pathname}
              </code>
              <span class="end row">
                <CodeOf {...exchange} />
                <span class="muted small numbers">
                  {exchange.milliseconds} ms
                </span>
              </span>
            </summary>
            <div class="stack">
              <pre tabIndex={0}>{curlOf(exchange)}</pre>
              {exchange.body !== undefined && (
                <pre tabIndex={0}>{JSON.stringify(exchange.body, null, 2)}</pre>
              )}
            </div>
          </details>
        ))}
      </div>
    </Card>
  );
}
