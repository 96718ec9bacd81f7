/** 95 %, both sides. */
const Z = 1.96;

/** Lower bound of Wilson's score interval (1927) of a share: what `part` of `whole` proves at least. 0 when `whole` is 0. */
export function wilsonLower(part: number, whole: number): number {
  if (!(whole > 0)) return 0;
  const share = Math.min(1, part / whole);
  const square = (Z * Z) / whole;
  const centre = share + square / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / whole + square / (4 * whole));
  return Math.max(0, (centre - half) / (1 + square));
}
