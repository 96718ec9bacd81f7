import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../kit/errors.ts';
import { bytesOf, decode } from './fixtures/decode.ts';

const RECORDS = [
  {
    ts: 1713484795.943239,
    uid: 'C1',
    'id.orig_h': '192.0.2.1',
    'id.orig_p': 1,
    proto: 'tcp',
    duration: 6.4e-5,
    history: 'S',
  },
  { t_first: '2024-04-19T01:59:55.123', src4_addr: '192.0.2.1', tcp_flags: '...AP.SF', in_bytes: 700, label: '<none>' },
  { time_flow_start_ns: 1e18, src_addr: '2001:db8::1', sampling_rate: 10, bytes: 9, proto: 'TCP', etype: 'IPv6' },
  {
    ts: '2024-04-19T01:59:55Z',
    src_ip: '192.0.2.1',
    tags: ['a', 'é', '\ud83d\ude00'],
    domain: 'a\n"b',
    x: { y: [null, -0, 1e5] },
  },
];

/** What comes of a body, or the code of the error that it is refused with; any other error fails the test. */
function outcome(body: Uint8Array | string, options = {}): string {
  try {
    const { events, rejected } = decode(body, 'auto', options);
    for (const { attrs } of events) if (attrs !== undefined) JSON.parse(String(attrs));
    return `${events.length} events, ${rejected.length} rejected`;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** Whether JSON.parse takes it: as one value, or line by line. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.length > 1 && lines.every((line) => isOneLine(line));
  }
}

function isOneLine(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

describe('any document', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('__proto__', '', 'ts', 'proto', 'a.b'),
  );

  it('is taken apart as JSON.parse does it', () => {
    const record = fc.dictionary(key, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), fc.nat(4), (records, indent) => {
        // No format, so that only the time is read and every other field is kept as it is.
        const prefixed = records.map((fields, i) => ({
          'first key': i,
          ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`_${name}`, value])),
        }));
        const body = prefixed.map((fields) => ({ ...fields, ts: 1 }));
        const { events, rejected } = decode(JSON.stringify(body, undefined, indent), 'flows.v1');
        expect(rejected).toEqual([]);
        expect(events.map((event) => JSON.parse(String(event.attrs)))).toEqual(JSON.parse(JSON.stringify(prefixed)));
      }),
      { numRuns: 500 },
    );
  });

  it('is read the same alone and among records with other keys in another order', () => {
    const full: [string, unknown][] = [
      ...Object.entries({ ts: 5, time: 6, proto: 'tcp', service: null, duration: 1.5, history: 'S', conn_state: 'SF' }),
      ...Object.entries({ 'id.orig_h': '192.0.2.1', id_orig_h: '192.0.2.2', 'id.orig_p': 7, uid: 'C1', other: [1] }),
      ...Object.entries({
        orig_bytes: 3,
        orig_ip_bytes: 4,
        'esc\n': 1,
        a: 1,
        src_ip: '192.0.2.3',
        bytes: 9,
        query: 'q',
      }),
    ];
    const record = fc.shuffledSubarray(full).map((entries) => Object.fromEntries(entries));
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (records) => {
        const alone = records.map((one) => decode(one));
        const together = decode(records);
        expect(together.events).toEqual(alone.flatMap((sink) => sink.events));
        expect(together.rejected.map(({ reason, text }) => [reason, text])).toEqual(
          alone.flatMap((sink) => sink.rejected.map(({ reason, text }) => [reason, text])),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is refused exactly when JSON.parse refuses it', () => {
    const pieces = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '"ts"',
        '1',
        '-',
        '0',
        '.',
        '1.5',
        'e',
        '1e5',
        'E+',
        'true',
        'fals',
        'null',
      ],
      ...[
        '\\',
        '\\u',
        '\\u00e9',
        '\\x',
        '\t',
        ' ',
        '\u0001',
        'é',
        '{"a":1}',
        '[{}]',
        '"a":',
        '{}',
        '01',
        '+1',
        '1.',
        'NaN',
      ],
    );
    const syntax = new Set(['INVALID_JSON']);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.boolean(), (parts, wrapped) => {
        const text = wrapped ? `[{"k":${parts.join('')}}]` : parts.join('');
        if (text.trim() === '') return;
        expect([text, syntax.has(outcome(text))]).toEqual([text, !isJson(text)]);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a damaged body', () => {
  const bodies = [
    JSON.stringify(RECORDS),
    JSON.stringify({ collector_id: 'x', format: 'auto', records: RECORDS }),
    RECORDS.map((record) => JSON.stringify(record)).join('\n'),
    JSON.stringify(RECORDS, undefined, 2),
    String.raw`[{"\u0074s":1,"src_ip":"192.0.2.1","a\ud800":"\udc00","b":1e999,"c":-0.0e-0,"":{"":[{}]}}]`,
  ];

  it.each(bodies)('is taken or refused wherever it is cut: %s', (body) => {
    const bytes = bytesOf(body);
    expect(outcome(bytes)).toMatch(/events/);
    for (let end = 0; end < bytes.length; end++) {
      const cut = bytes.slice(0, end);
      const whole = outcome(cut);
      expect(outcome(cut, { lenient: true })).toMatch(/events|EMPTY/);
      if (!body.includes('\n')) expect(['INVALID_JSON', 'INVALID_UTF8', 'EMPTY_BATCH']).toContain(whole);
    }
  });

  it('never does anything else than be taken or refused, in 10,000 seeded mutations', () => {
    const random = seeded(20_240_419);
    const outcomes = new Set<string>();
    for (let round = 0; round < 10_000; round++) {
      const body = bodies[random(bodies.length)];
      let bytes = bytesOf(body);
      for (let change = random(4); change >= 0; change--) bytes = mutate(bytes, random);
      const result = outcome(bytes);
      outcomes.add(/events/.test(result) ? 'taken' : result);
      expect(outcome(bytes, { lenient: true })).toMatch(/events|EMPTY/);
    }
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['INVALID_JSON', 'INVALID_UTF8', 'taken']));
  });
});

function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SPLICES = [
  '\\ud800',
  '1e999',
  '-0',
  '99999999999999999999999999',
  '"__proto__":{"x":1},',
  '"ts":1,',
  '"":"",',
  '['.repeat(70),
  '{"a":'.repeat(70),
  'null',
  '"\\u0000"',
  ',',
  '}',
  ']',
  '"',
  '\n',
  'true',
  `"${'x'.repeat(3000)}"`,
].map(bytesOf);

function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(bytes.length + 1);
  switch (random(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return concat(bytes.slice(0, at), SPLICES[random(SPLICES.length)], bytes.slice(at));
    case 2:
      return concat(bytes.slice(0, at), SPLICES[random(SPLICES.length)], bytes.slice(at + random(12)));
    case 3:
      return concat(bytes.slice(0, at), bytes.slice(at + 1 + random(8)));
    case 4:
      return concat(bytes.slice(0, at), bytes.slice(random(at + 1), at), bytes.slice(at));
    default: {
      const copy = bytes.slice();
      if (copy.length > 0) copy[Math.min(at, copy.length - 1)] = random(256);
      return copy;
    }
  }
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
