import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Runs in a separate thread, the only one with the private keys. */
const program = `
  const { generateKeyPairSync, sign } = require("node:crypto");
  const { parentPort, workerData } = require("node:worker_threads");
  const pairs = new Map(workerData.map((id) => [
    id, generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ]));
  const answers = {
    publicKey: ({ publicKey }) => publicKey.export({ type: "spki", format: "der" }),
    sign: ({ privateKey }, message) => sign("sha256", message, privateKey),
  };
  parentPort.on("message", ({ call, action, keyId, message }) => {
    const pair = pairs.get(keyId);
    parentPort.postMessage({
      call,
      bytes: pair ? answers[action](pair, message) : null,
    });
  });
`;

interface KmsAnswer {
  readonly call: number;
  /** Null when there is no such key. */
  readonly bytes: Uint8Array | null;
}

/**
 * A key management service in another thread: it creates real signatures, in
 * DER like most services, and does not export private keys.
 */
export class WorkerKms {
  /** The number of signatures. */
  signatures = 0;

  private readonly worker: Worker;
  private readonly waiting = new Map<
    number,
    (answer: KmsAnswer | Error) => void
  >();
  private calls = 0;
  private gone = false;

  constructor(keyIds: readonly string[]) {
    this.worker = new Worker(program, { eval: true, workerData: keyIds });
    this.worker.on("message", (answer: KmsAnswer) =>
      this.settle(answer.call, answer),
    );
  }

  publicKey(keyId: string): Promise<Uint8Array> {
    return this.ask({ action: "publicKey", keyId });
  }

  sign(keyId: string, message: Uint8Array): Promise<Uint8Array> {
    this.signatures++;
    return this.ask({ action: "sign", keyId, message });
  }

  /** Makes the service unreachable from now on. */
  async stop(): Promise<void> {
    if (this.gone) return;
    this.gone = true;
    const ended = once(this.worker, "exit");
    await this.worker.terminate();
    await ended;
    const error = new Error("The key management service is unreachable");
    for (const call of [...this.waiting.keys()]) this.settle(call, error);
  }

  private async ask(question: object): Promise<Uint8Array> {
    if (this.gone) throw new Error("connect ECONNREFUSED");
    const call = this.calls++;
    const answer = await new Promise<KmsAnswer | Error>((resolve) => {
      this.waiting.set(call, resolve);
      this.worker.postMessage({ call, ...question });
    });
    if (answer instanceof Error) throw answer;
    if (!answer.bytes) throw new Error("NotFoundException");
    return answer.bytes;
  }

  private settle(call: number, answer: KmsAnswer | Error): void {
    this.waiting.get(call)?.(answer);
    this.waiting.delete(call);
  }
}
