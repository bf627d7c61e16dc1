import { GoogleEmulator } from "../../testing/google/emulator";
import {
  requestableEvents,
  SecurityEventStream,
  type SecurityEventStreamOptions,
  serviceAccountKeyFrom,
} from "../../index";
import { registration, statusQuery, verification } from "./risc.actions";

const events = [...requestableEvents.values()];
const ours = "http://localhost:1/ours";
const theirs = "http://localhost:1/theirs";

let google: GoogleEmulator;
let options: SecurityEventStreamOptions;

beforeEach(async () => {
  google = await GoogleEmulator.start();
  const key = serviceAccountKeyFrom(
    JSON.stringify(await google.serviceAccount()),
  );
  const apiUrl = `${google.url}/v1beta`;
  options = { apiUrl, key, timeoutMilliseconds: 5000 };
});

afterEach(() => google.stop());

describe("registration", () => {
  it("does not report success if another receiver registers at the same time", async () => {
    class Raced extends SecurityEventStream {
      override async configure(url: string, wanted: readonly string[]) {
        await super.configure(url, wanted);
        await super.configure(theirs, wanted);
      }
    }
    const { run } = registration(ours, events, false);
    await expect(run(new Raced(options))).rejects.toThrow(
      `the receiver is ${theirs}`,
    );
  });

  it("treats another spelling of the URL as the same receiver", async () => {
    const stream = new SecurityEventStream(options);
    await stream.configure("http://LOCALHOST:1/ours", events);
    const { run } = registration(ours, [...events].reverse(), false);
    expect((await run(stream)).json).toMatchObject({ changed: false });
  });

  it("names the events that Google left out", async () => {
    const stream = new SecurityEventStream(options);
    const wanted = [...events, "https://x.example/purged"];
    const report = await registration(ours, wanted, false).run(stream);
    expect(report.text).toContain("Left out   https://x.example/purged");
    expect((await statusQuery.run(stream)).text).toContain("Left out");
  });

  it("suggests enabling a disabled stream", async () => {
    const stream = new SecurityEventStream(options);
    await stream.configure(theirs, events);
    await stream.setStatus("disabled");
    const report = await registration(ours, events, true).run(stream);
    expect(report.text).toContain(`Before: ${theirs} (sessions-revoked, `);
    expect(report.text).toContain("Next: node dist/cli.js risc enable");
    expect(report.json).toMatchObject({ status: "disabled", changed: true });
  });
});

describe("verification", () => {
  it("says to register first if nothing is registered", async () => {
    const stream = new SecurityEventStream(options);
    await expect(verification("s").run(stream)).rejects.toThrow(
      "node dist/cli.js risc register",
    );
  });
});
