/**
 * Stops the date of the whole process; timers go on. For times that a library
 * also reads: google-auth-library knows no clock but the machine's. It moves by
 * `jest.setSystemTime` and ends by `jest.useRealTimers`.
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
