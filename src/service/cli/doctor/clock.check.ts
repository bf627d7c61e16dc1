import { failed, type Finding, ok, warning } from "./finding";

/** A difference that delays and the resolution of `Date` explain, in seconds. */
const ordinarySeconds = 2;

/**
 * How far this machine's clock differs from another.
 *
 * @param other whose clock: `the database's clock`
 * @param aheadSeconds how far this machine is ahead of it
 * @param mostSeconds the difference that the service works with
 */
export function clockFinding(
  other: string,
  aheadSeconds: number,
  mostSeconds: number,
): Finding {
  const check = "clock";
  const apart = Math.abs(aheadSeconds);
  if (apart <= ordinarySeconds) return ok(check, `agrees with ${other}`);
  const text = `this machine is ${apart.toFixed(1)} s ${aheadSeconds > 0 ? "ahead of" : "behind"} ${other}`;
  const remedy = "Synchronize both clocks with NTP";
  return apart > Math.max(mostSeconds, ordinarySeconds)
    ? failed(check, `${text}; at most ${mostSeconds} s are tolerated`, remedy)
    : warning(check, text, remedy);
}
