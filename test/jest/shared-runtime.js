const Module = require("node:module");
const { compileFunction } = require("node:vm");
const { default: Runtime } = require("jest-runtime");

/** The runtime of the current test file, which compiles TypeScript. */
let current;
/** Paths of source maps by the path of the source. */
const sourceMaps = new Map();

Module._extensions[".ts"] = (module, path) => {
  const code = current.transformCache.transform(path);
  for (const [source, map] of current.transformCache.getSourceMaps()) {
    sourceMaps.set(source, map);
  }
  module._compile(code, path);
};

/**
 * Loads modules with Node's loader, once per worker. Jest would load Nest,
 * TypeORM and our sources again for each test file. As a consequence,
 * `jest.mock` does not work; the tests replace providers and spy on objects.
 */
module.exports = class SharedRuntime extends Runtime {
  constructor(config, environment, ...rest) {
    super(config, environment, ...rest);
    current = this;
    // Jest's own modules need no separate scope either.
    const { executor } = this;
    executor.compile = (code, filename) =>
      environment.getVmContext()
        ? compileFunction(code, executor.injectedModuleParameters, { filename })
        : null;
    globalThis.jest = this.jestGlobals.jestObjectFor(this._testPath);
  }

  requireModule(from, name, options, isRequireActual) {
    return options?.isInternalModule || from === this._testPath
      ? super.requireModule(from, name, options, isRequireActual)
      : Module.createRequire(from)(name ?? from);
  }

  requireModuleOrMock(from, name) {
    const isJests = name === "expect" || name.startsWith("@jest/");
    return isJests
      ? super.requireModuleOrMock(from, name)
      : Module.createRequire(from)(name);
  }

  getSourceMaps() {
    return sourceMaps;
  }
};
