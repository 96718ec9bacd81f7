/** Rounded to three decimals, as sub-scores are given. */
export function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
