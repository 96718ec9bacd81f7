import { describe, expect, it } from 'vitest';
import { decodeOne, type Field, ip, NOW, uint } from '../../fixtures/decode-records.ts';
import { REVERSE_PEN } from '../template.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];

/** What a record with these fields of 4 bytes counts. */
function countsOf(
  fields: readonly (readonly [...Field, value: number])[],
  changes: Parameters<typeof decodeOne>[2] = {},
): Record<string, unknown> {
  const template = fields.map((field) => field.slice(0, -1) as unknown as Field);
  const values = fields.map((field) => uint(field.at(-2) as number, field.at(-1) as number));
  const { src_ip: _, dst_ip: __, ts, ...counts } = decodeOne([...PAIR, ...template], [PAIR_BYTES, ...values], changes);
  expect(ts).toBe(NOW);
  return counts;
}

describe('counters of one direction', () => {
  it.each([
    ['delta counts', 1, 2],
    ['totals', 85, 86],
    ['counts after a middlebox', 23, 24],
    ['totals after a middlebox', 171, 172],
  ])('are %s', (_, octets, packets) => {
    const row = { bytes: 1500, src_bytes: 1500, packets: 3, src_packets: 3 };
    expect(
      countsOf([
        [octets, 4, 1500],
        [packets, 4, 3],
      ]),
    ).toEqual(row);
  });

  it('are what came in where a record has what went out as well', () => {
    const fields = [
      [24, 4, 9],
      [23, 4, 900],
      [2, 4, 3],
      [1, 4, 300],
      [86, 4, 7],
      [85, 4, 700],
    ] as const;
    expect(countsOf(fields)).toEqual({ bytes: 300, src_bytes: 300, packets: 3, src_packets: 3 });
  });

  it('are bytes of layer 2 where there are no others', () => {
    expect(countsOf([[352, 8, 640]])).toEqual({ bytes: 640, src_bytes: 640 });
  });
});

describe('counters of both directions', () => {
  const both = {
    bytes: 1700,
    src_bytes: 1500,
    dst_bytes: 200,
    packets: 5,
    src_packets: 3,
    dst_packets: 2,
  };

  it('are forward and reverse elements (RFC 5103)', () => {
    const fields = [
      [1, 8, 1500],
      [REVERSE_PEN, 1, 8, 200],
      [REVERSE_PEN, 2, 4, 2],
      [2, 4, 3],
    ] as const;
    expect(countsOf(fields)).toEqual(both);
  });

  it('are those of initiator and responder', () => {
    expect(
      countsOf([
        [231, 4, 1500],
        [232, 4, 200],
        [298, 8, 3],
        [299, 8, 2],
      ]),
    ).toEqual(both);
  });

  it('may be told for one direction only', () => {
    expect(countsOf([[232, 4, 200]])).toEqual({ bytes: 200, dst_bytes: 200 });
  });

  it('join the flags of both', () => {
    expect(
      countsOf([
        [6, 1, 0x02],
        [REVERSE_PEN, 6, 2, 0x0110],
      ]),
    ).toEqual({ tcp_flags: 0x12 });
    expect(
      countsOf([
        [6871, 14, 1, 0x02],
        [6871, 15, 1, 0x18],
        [6871, 16_398, 1, 0x01],
      ]),
    ).toEqual({ tcp_flags: 0x1b });
  });

  it('end at the last number that a double counts exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const fields = [
      [1, 8, most],
      [REVERSE_PEN, 1, 8, most],
    ] as const;
    expect(countsOf(fields, { samplingRate: 2 })).toEqual({
      bytes: most,
      src_bytes: most,
      dst_bytes: most,
      sampling: 2,
    });
  });
});

describe('sampling', () => {
  const times = (rate: number) => ({ bytes: 100 * rate, src_bytes: 100 * rate, ...(rate > 1 && { sampling: rate }) });

  it.each([
    [1, 1],
    [0, 1],
    [Number.NaN, 1],
    [1000, 1000],
    [2.6, 3],
    [0.4, 1],
  ])('by the rate of the exporter, %d, is by %i', (samplingRate, rate) => {
    expect(countsOf([[1, 4, 100]], { samplingRate })).toEqual(times(rate));
  });

  it.each([48, 302])('is by the rate of the sampler that element %i names', (id) => {
    const samplerRate = (sampler: number) => (sampler === 7 ? 64 : 0);
    expect(
      countsOf(
        [
          [1, 4, 100],
          [id, 2, 7],
        ],
        { samplerRate, samplingRate: 10 },
      ),
    ).toEqual(times(64));
    expect(
      countsOf(
        [
          [1, 4, 100],
          [id, 2, 8],
        ],
        { samplerRate, samplingRate: 10 },
      ),
    ).toEqual(times(10));
  });

  it('asks for the rate of a sampler again in the next set', () => {
    let rate = 64;
    const samplerRate = () => rate;
    expect(
      countsOf(
        [
          [1, 4, 100],
          [48, 1, 1],
        ],
        { samplerRate },
      ),
    ).toEqual(times(64));
    rate = 128;
    expect(
      countsOf(
        [
          [1, 4, 100],
          [48, 1, 1],
        ],
        { samplerRate },
      ),
    ).toEqual(times(128));
  });

  it.each([
    ['34', [[34, 4, 50]], 50],
    ['34, which is zero', [[34, 4, 0]], 10],
    [
      '305 and 306',
      [
        [305, 4, 1],
        [306, 4, 99],
      ],
      100,
    ],
    [
      '305 and 306 of which one is zero',
      [
        [305, 4, 0],
        [306, 4, 99],
      ],
      10,
    ],
    ['305 alone', [[305, 4, 5]], 10],
    [
      '309 and 310',
      [
        [309, 4, 2],
        [310, 4, 512],
      ],
      256,
    ],
    [
      '34 before 309 and 310',
      [
        [309, 4, 2],
        [310, 4, 512],
        [34, 4, 30],
      ],
      30,
    ],
  ] as const)('is by the rate that the record tells: %s', (_, fields, rate) => {
    expect(countsOf([[1, 4, 100], ...fields], { samplingRate: 10 })).toEqual(times(rate));
    expect(countsOf([[1, 4, 100], ...fields], { samplingRate: 10, recordRates: false })).toEqual(times(10));
  });

  it.each([
    [8, 0.01, 100],
    [4, 0.125, 8],
    [8, 0, 10],
    [8, Number.NaN, 10],
    [8, -1, 10],
  ])('is by the probability that the record tells in %i bytes, %d', (length, probability, rate) => {
    const view = new DataView(new ArrayBuffer(8));
    if (length === 4) view.setFloat32(0, probability);
    else view.setFloat64(0, probability);
    const bytes = [...new Uint8Array(view.buffer, 0, length)];
    const { bytes: counted } = decodeOne([...PAIR, [1, 4], [311, length]], [PAIR_BYTES, uint(4, 100), bytes], {
      samplingRate: 10,
    });
    expect(counted).toBe(100 * rate);
  });
});
