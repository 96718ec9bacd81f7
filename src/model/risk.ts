/** One reason of a risk score. The points of all reasons add up to the score before the cap of 100. */
export interface RiskReason {
  /** Stable code, such as `intel.c2` or `port.remote`. */
  readonly code: string;
  readonly points: number;
}

/** `intel.c2:60,port.remote:10` → its reasons; the stored form of the column `risk_reasons`. */
export function parseReasons(stored: string): RiskReason[] {
  if (stored === '') return [];
  return stored.split(',').map((pair) => {
    const colon = pair.lastIndexOf(':');
    return { code: pair.slice(0, colon), points: Number(pair.slice(colon + 1)) };
  });
}

export function formatReasons(reasons: readonly RiskReason[]): string {
  return reasons.map((reason) => `${reason.code}:${reason.points}`).join(',');
}
