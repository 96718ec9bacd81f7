import { randomFillSync } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

let lastMs = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562 section 5.7): sorts by time, and within a process strictly so, because the 12 bits
 * after the time count up (section 6.2, method 1). Made here and not in the database, so that an insert can be repeated.
 */
export function timeOrderedId(): string {
  const bytes = randomFillSync(Buffer.alloc(16));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = bytes.readUInt16BE(6) & 0x7ff;
  } else if (++counter > 0xfff) {
    lastMs++;
    counter = 0;
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whether `text` is written as a UUID; what is not can be nobody's id, and PostgreSQL would refuse it. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
