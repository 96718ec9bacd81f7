import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BulkBody } from './bulk-body.ts';
import { ecsEncoder } from './encode/ecs.ts';
import { anyRow } from './encode/fixtures/rows.ts';
import { TextSink } from './encode/text-sink.ts';

const anyId = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.uuid().map((uuid) => `test-${uuid}`),
);
const anyText = fc.dictionary(fc.string(), fc.string({ unit: 'binary' })).map((value) => JSON.stringify(value));

function bodyOf(events: readonly (readonly [id: string, text: string])[]): BulkBody {
  const body = new BulkBody(new TextSink());
  for (const [id, text] of events) body.add(id, (sink) => sink.text(text));
  return body;
}

const whole = (body: BulkBody) =>
  [...body.requests(Number.POSITIVE_INFINITY)].map((request) => String(request.body)).join('');

it('writes two lines a document, with its id, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyId, anyText)), (events) => {
      const lines = whole(bodyOf(events)).split('\n');
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
      const body = new BulkBody(new TextSink());
      for (const row of rows) body.add(String(row.id), (sink) => encoder.write(row, sink));
      const lines = whole(body).split('\n').slice(0, -1);
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
      const requests = [...bodyOf(events).requests(bytes)];
      expect(requests.map(({ body }) => String(body)).join('')).toBe(whole(bodyOf(events)));
      expect(requests.flatMap(({ count, original }) => Array.from({ length: count }, (_, i) => original(i)))).toEqual(
        events.map(([, text]) => text),
      );
      for (const [at, { from, count, body }] of requests.entries()) {
        expect(count).toBeGreaterThan(0);
        expect(from).toBe(requests.slice(0, at).reduce((sum, each) => sum + each.count, 0));
        if (count > 1) expect(body.length).toBeLessThanOrEqual(bytes);
        // No request that could have taken the first document of the next one.
        const next = requests[at + 1] && events[from + count];
        if (next) expect(body.length + Buffer.byteLength(whole(bodyOf([next])))).toBeGreaterThan(bytes);
      }
    }),
  );
});
