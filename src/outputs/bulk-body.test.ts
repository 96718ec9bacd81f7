import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bulkBody, bulkDocument, bulkRequests } from './bulk-body.ts';
import { ecsEncoder } from './encode/ecs.ts';
import { anyRow } from './encode/fixtures/rows.ts';

const anyId = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.uuid().map((uuid) => `test-${uuid}`),
);
const anyText = fc.dictionary(fc.string(), fc.string({ unit: 'binary' })).map((value) => JSON.stringify(value));

it('writes two lines a document, with its id, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyId, anyText)), (events) => {
      const body = bulkBody(events.map(([id, text], at) => bulkDocument(at, id, text)));
      const lines = body.split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.filter((_, at) => at % 2 === 0).map((line) => JSON.parse(line))).toEqual(
        events.map(([id]) => ({ create: { _id: id } })),
      );
      expect(lines.filter((_, at) => at % 2 === 1)).toEqual(events.map(([, text]) => text));
    }),
  );
});

it('has no line feed of any event in it', () => {
  const encoder = ecsEncoder({ version: '1' });
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 5 }), (rows) => {
      const body = bulkBody(rows.map((row, at) => bulkDocument(at, String(row.id), encoder.encode(row))));
      const lines = body.split('\n').slice(0, -1);
      expect(lines).toHaveLength(rows.length * 2);
      for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
    }),
    { numRuns: 50 },
  );
});

it('makes requests of the bytes that are allowed: every document in one of them, in order', () => {
  const sizes = fc.array(fc.tuple(anyId, anyText), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 400 }), (events, bytes) => {
      const documents = events.map(([id, text], at) => bulkDocument(at, id, text));
      const requests = [...bulkRequests(documents, bytes)];
      expect(requests.flat()).toEqual(documents);
      for (const [at, request] of requests.entries()) {
        expect(request.length).toBeGreaterThan(0);
        const size = Buffer.byteLength(bulkBody(request));
        if (request.length > 1) expect(size).toBeLessThanOrEqual(bytes);
        // No request that could have taken the first document of the next one.
        const [next] = requests[at + 1] ?? [];
        if (next) expect(size + Buffer.byteLength(bulkBody([next]))).toBeGreaterThan(bytes);
      }
    }),
  );
});
