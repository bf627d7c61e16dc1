/**
 * The emulator was asked for something that it cannot do. The control API
 * answers it with 400.
 */
export class EmulatorInputError extends Error {
  override readonly name = "EmulatorInputError";
}
