import type { FilterField, FilterNode } from './ast.ts';

/** `and` or `or` of the nodes, with nested ones of the same kind dissolved; a single node stays alone. */
export function join(op: 'and' | 'or', nodes: readonly FilterNode[]): FilterNode {
  const flat = nodes.flatMap((node) => (node.op === op ? node.nodes : [node]));
  return flat.length === 1 ? flat[0] : { op, nodes: flat };
}

/** The same question put to each field: any of them will do. */
export function anyOf(fields: readonly FilterField[], ask: (field: FilterField) => FilterNode): FilterNode {
  return join('or', fields.map(ask));
}

export function negate(node: FilterNode): FilterNode {
  return { op: 'not', node };
}
