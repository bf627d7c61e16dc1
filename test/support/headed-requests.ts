import type { TestService } from "../../src/testing/test-service";
import { type Answer, answerOf } from "./requests";

/** Sends JSON with these headers. */
export async function postWith(
  headers: Readonly<Record<string, string>>,
  service: TestService,
  path: string,
  body: unknown,
): Promise<Answer> {
  return answerOf(
    await service.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }),
  );
}
