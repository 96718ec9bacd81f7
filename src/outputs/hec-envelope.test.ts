import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../model/event-row.ts';
import { textEncoder } from './encode/row-encoder.ts';
import { TextSink } from './encode/text-sink.ts';
import { HecEnvelope } from './hec-envelope.ts';

const PARTS = { index: 'telemetry', sourcetype: 'telemetry:event', source: 'vedette', host: '', fields: {} };
const EVENT = '{"id":"1"}';

function written(envelope: HecEnvelope, row: EventRow, event = EVENT): string {
  const sink = new TextSink();
  envelope.write(
    row,
    textEncoder(() => event),
    sink,
  );
  return sink.toString();
}

describe('HecEnvelope', () => {
  it('puts everything around the event as it is', () => {
    const envelope = new HecEnvelope({ ...PARTS, fields: { site: 'wien', tags: ['a', 'b'] } });
    expect(written(envelope, { ts: 1_700_000_000_000_042, exporter: 'core-1' })).toBe(
      '{"time":1700000000.000042,"host":"core-1","source":"vedette","sourcetype":"telemetry:event","index":"telemetry",' +
        '"fields":{"site":"wien","tags":["a","b"]},"event":{"id":"1"}}',
    );
    expect(envelope.columns).toEqual(['ts', 'exporter']);
  });

  it('leaves out what is not known or not set', () => {
    const bare = new HecEnvelope({ index: '', sourcetype: '', source: '', host: '', fields: {} });
    expect(written(bare, { ts: null, exporter: '' })).toBe('{"event":{"id":"1"}}');
    expect(written(bare, {})).toBe('{"event":{"id":"1"}}');
    const fixed = new HecEnvelope({ ...PARTS, host: 'vedette-1' });
    expect(JSON.parse(written(fixed, { ts: 0, exporter: 'core-1' }))).toMatchObject({ host: 'vedette-1' });
    expect(fixed.columns).toEqual(['ts']);
  });

  it.each([
    [0, '0.000000'],
    [1, '0.000001'],
    [999_999, '0.999999'],
    [1_000_000, '1.000000'],
    [-1, '0.000000'],
    [Date.UTC(2255, 0) * 1000, '8993721600.000000'],
  ])('writes %d microseconds as %s', (ts, time) => {
    expect(written(new HecEnvelope(PARTS), { ts })).toContain(`{"time":${time},`);
  });

  it('is valid JSON with a time that Splunk takes, whatever the row', () => {
    const ts = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(1e21, 1e300, -1e300, null), fc.string());
    const envelope = new HecEnvelope({ ...PARTS, fields: { 'a"b': 'c\n\\' } });
    fc.assert(
      fc.property(
        ts,
        fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.constantFrom('ä', '\u2028', '\ud800', '😀')),
        fc.jsonValue({ maxDepth: 2 }),
        (ts, exporter, event) => {
          const text = written(envelope, { ts, exporter }, JSON.stringify(event));
          expect(text).not.toContain('\n');
          const parsed = JSON.parse(text);
          expect(parsed.event).toEqual(JSON.parse(JSON.stringify(event)));
          if (exporter !== '') expect(parsed.host).toBe(exporter);
          const [, time] = /^\{"time":([^,]*),/.exec(text) ?? [];
          if (time !== undefined) expect(time).toMatch(/^\d+\.\d{6}$/);
          else expect(typeof ts === 'number' && ts >= 0 && ts <= Number.MAX_SAFE_INTEGER).toBe(false);
          if (typeof ts === 'number' && Number.isSafeInteger(ts) && ts >= 0)
            expect(Number(time) * 1e6).toBeCloseTo(ts, -1);
        },
      ),
    );
  });

  it('keeps a bounded number of hosts', () => {
    const envelope = new HecEnvelope(PARTS);
    for (let i = 0; i < 3000; i++) expect(written(envelope, { exporter: `e${i}` })).toContain(`"host":"e${i}"`);
  });
});
