/** Whether the event with the id `a` comes after that with the id `b`: ids are decimal digits without leading zeros. */
export function isAfter(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}
