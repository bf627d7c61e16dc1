import { Revocations, type Revoked } from "../../../src/index";

/** Revocations of one process. */
export class MemoryRevocations extends Revocations {
  readonly revoked: Revoked[] = [];

  override end(revoked: readonly Revoked[]): Promise<void> {
    this.revoked.push(...revoked);
    return Promise.resolve();
  }

  override covers(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean {
    return this.revoked.some((one) =>
      "sessionId" in one
        ? one.sessionId === sessionId
        : one.userId === userId &&
          authenticatedAt * 1000 < one.before.getTime(),
    );
  }
}
