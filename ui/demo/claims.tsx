import { useEffect, useState } from "preact/hooks";
import { Card, Chip, duration, Facts } from "../components";

/** The claims of a JWT, without verifying its signature. */
export function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  const bytes = Uint8Array.from(
    atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
    (character) => character.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const times = new Set(["iat", "exp", "nbf", "auth_time"]);

/** A token's claims and remaining lifetime. */
export function Claims({ title, token }: { title: string; token: string }) {
  const now = useNow();
  const claims = claimsOf(token);
  const left = Math.floor(Number(claims.exp) - now / 1000);
  return (
    <Card
      title={title}
      aside={
        <span class="numbers">
          <Chip tone={left > 0 ? "good" : "bad"}>
            {left > 0 ? `${duration(left)} left` : "expired"}
          </Chip>
        </span>
      }
    >
      <Facts
        of={Object.entries(claims).map(([name, value]) => [
          name,
          <code>
            {times.has(name)
              ? new Date(Number(value) * 1000).toLocaleTimeString()
              : typeof value === "string"
                ? value
                : JSON.stringify(value)}
          </code>,
        ])}
      />
    </Card>
  );
}
