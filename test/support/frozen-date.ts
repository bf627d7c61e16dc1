/**
 * Freezes the date of the whole process; timers continue. Needed for libraries
 * such as google-auth-library, which read the machine's clock. Use
 * `jest.setSystemTime` to change the date and `jest.useRealTimers` to end the
 * freeze.
 */
export function freezeDate(): void {
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      ...(["hrtime", "performance", "nextTick", "queueMicrotask"] as const),
      ...(["setTimeout", "setInterval", "setImmediate"] as const),
      ...(["clearTimeout", "clearInterval", "clearImmediate"] as const),
      ...(["requestAnimationFrame", "cancelAnimationFrame"] as const),
      ...(["requestIdleCallback", "cancelIdleCallback"] as const),
    ],
  });
}
