// Loaded with --require, as docs/monitoring.md says: records the spans of a process
// in the file SPANS, one JSON object per line.
const { appendFileSync } = require("node:fs");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { PgInstrumentation } = require("@opentelemetry/instrumentation-pg");
const {
  NodeTracerProvider,
  SimpleSpanProcessor,
} = require("@opentelemetry/sdk-trace-node");

const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, kind, attributes, status, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      const parentId = parentSpanContext?.spanId;
      const line = {
        name,
        kind,
        traceId,
        spanId,
        parentId,
        attributes,
        status,
      };
      appendFileSync(process.env.SPANS, `${JSON.stringify(line)}\n`);
    }
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};

new NodeTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
}).register();
registerInstrumentations({
  instrumentations: [new HttpInstrumentation(), new PgInstrumentation()],
});
