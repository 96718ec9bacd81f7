import { randomUUID } from 'node:crypto';
import { COLUMNS, type Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';

/** What is "not known" in a column of this type. */
function nothing(column: Column): string | number | null {
  switch (column.type) {
    case 'ip':
    case 'dict':
    case 'set':
    case 'text':
    case 'json':
    case 'id':
    case 'enum':
      return '';
    case 'f32':
    case 'f64':
      return null;
    default:
      return 0;
  }
}

/**
 * An event that says of itself that it is a test: tagged `vedette-test`, with addresses kept for documentation (RFC 5737).
 * @param now microseconds since 1970.
 */
export function testEvent(now: number): EventRow {
  const row: Record<string, string | number | null> = {};
  for (const column of COLUMNS) row[column.name] = nothing(column);
  return {
    ...row,
    id: `test-${randomUUID()}`,
    ts: now,
    received: now,
    kind: 'flow',
    source: 'vedette',
    exporter: 'vedette',
    src_ip: '192.0.2.1',
    dst_ip: '198.51.100.1',
    src_port: 49_152,
    dst_port: 443,
    proto: 6,
    bytes: 1024,
    packets: 8,
    direction: 'unknown',
    src_scope: 'documentation',
    dst_scope: 'documentation',
    tags: 'vedette-test',
  };
}
