const { ModernFakeTimers } = require("@jest/fake-timers");
const { TestEnvironment } = require("jest-environment-node");
const { ModuleMocker } = require("jest-mock");

/** The state that Jest keeps in the global scope for one test file. */
const statePerFile = new Set([
  "EVENT_HANDLERS",
  "JEST_STATE_SYMBOL",
  "TEST_TIMEOUT_SYMBOL",
]);

/**
 * Runs test files one after the other in the worker's own global scope instead
 * of a scope for each, so shared modules are loaded once (see
 * shared-runtime.js). Changes that a file makes to the process are reverted
 * after it.
 */
module.exports = class SharedEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.fakeTimersModern.dispose();
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimersModern = new ModernFakeTimers({
      config: config.projectConfig,
      global: globalThis,
    });
    this.env = { ...process.env };
    this.exit = process.exit;
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (statePerFile.has(symbol.description)) delete globalThis[symbol];
    }
  }

  async teardown() {
    await super.teardown();
    for (const name of Object.keys(process.env)) {
      if (!(name in this.env)) delete process.env[name];
    }
    Object.assign(process.env, this.env);
    process.exit = this.exit;
  }
};
