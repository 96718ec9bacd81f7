/**
 * What `filter_path` leaves of an answer (www.elastic.co, "Common options", response filtering): paths with a comma between
 * them, `*` for any name of one level; lists are gone through. What becomes empty is left out.
 */
export function filterPath(value: unknown, filter: string): unknown {
  return (
    kept(
      value,
      filter.split(',').map((path) => path.split('.')),
    ) ?? {}
  );
}

function kept(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (paths.length === 0 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => kept(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = paths.filter(([head]) => head === name || head === '*').map((path) => path.slice(1));
    const left = kept(member, inner);
    if (left !== undefined) members[name] = left;
  }
  return Object.keys(members).length > 0 ? members : undefined;
}
