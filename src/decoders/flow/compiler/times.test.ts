import { describe, expect, it } from 'vitest';
import { decodeOne, type Field, ip, NOW, ntp, uint } from '../../fixtures/decode-records.ts';

const PAIR: readonly Field[] = [
  [8, 4],
  [12, 4],
];
const PAIR_BYTES = [...ip('192.0.2.1'), ...ip('198.51.100.7')];
const NOW_MS = NOW / 1000;
const HOUR = 3_600_000_000;

/** Start and duration of a record with these fields behind its addresses. */
function timesOf(
  fields: readonly Field[],
  parts: readonly (readonly number[])[],
  changes: Parameters<typeof decodeOne>[2] = {},
): { ts: unknown; duration: unknown } {
  const { ts, duration = 0 } = decodeOne([...PAIR, ...fields], [PAIR_BYTES, ...parts], changes);
  return { ts, duration };
}

describe('uptimes of NetFlow version 9', () => {
  const fields: readonly Field[] = [
    [22, 4],
    [21, 4],
  ];
  const at = (first: number, last: number, uptime: number) =>
    timesOf(fields, [uint(4, first), uint(4, last)], { protocol: 'netflow9', uptime });

  it('count back from the export time', () => {
    expect(at(10_000, 14_250, 20_000)).toEqual({ ts: NOW - 10_000_000, duration: 4.25 });
  });

  it('may lie before the counter wrapped', () => {
    expect(at(2 ** 32 - 3000, 500, 1000)).toEqual({ ts: NOW - 4_000_000, duration: 3.5 });
  });

  it('may lie ahead of the header, as some devices write them', () => {
    expect(at(20_100, 20_200, 20_000)).toEqual({ ts: NOW + 100_000, duration: 0.1 });
    expect(at(0xffffffff, 0xffffffff, 0)).toEqual({ ts: NOW - 1000, duration: 0 });
  });

  it('make no negative duration', () => {
    expect(at(15_000, 14_000, 20_000)).toEqual({ ts: NOW - 5_000_000, duration: 0 });
  });

  it('count back from the receive time where the clock of the device is off', () => {
    const changes = { protocol: 'netflow9', uptime: 20_000, exportTime: 0 } as const;
    expect(timesOf(fields, [uint(4, 10_000), uint(4, 14_000)], changes)).toEqual({ ts: NOW - 10_000_000, duration: 4 });
  });

  it('are replaced by the export time where they are too far off', () => {
    const changes = { protocol: 'netflow9', uptime: 10_000_000, maxTimeDifference: 60, exportTime: NOW - 7 } as const;
    expect(timesOf(fields, [uint(4, 1000), uint(4, 2000)], changes)).toEqual({ ts: NOW - 7, duration: 0 });
    // Only the start is: then the end is the best that is known.
    expect(timesOf(fields, [uint(4, 1000), uint(4, 9_999_000)], changes)).toEqual({ ts: NOW - 1_000_007, duration: 0 });
  });
});

describe('uptimes of IPFIX', () => {
  const fields: readonly Field[] = [
    [22, 4],
    [21, 4],
  ];

  it('count from the start of the device, told by options or by the record', () => {
    const parts = [uint(4, 50_000), uint(4, 52_000)];
    const told = { ts: NOW - 10_000_000, duration: 2 };
    expect(timesOf(fields, parts, { bootTime: NOW_MS - 60_000 })).toEqual(told);
    expect(timesOf([...fields, [160, 8]], [...parts, uint(8, NOW_MS - 60_000)])).toEqual(told);
    expect(timesOf([...fields, [160, 8]], [...parts, uint(8, 0)], { bootTime: NOW_MS - 60_000 })).toEqual(told);
  });

  it('wrap after 49 days', () => {
    const bootTime = NOW_MS - 2 ** 32 - 10_000;
    expect(timesOf(fields, [uint(4, 1000), uint(4, 2000)], { bootTime })).toEqual({ ts: NOW - 9_000_000, duration: 1 });
  });

  it('give at least a duration where the start of the device is not known', () => {
    expect(timesOf(fields, [uint(4, 50_000), uint(4, 52_500)])).toEqual({ ts: NOW, duration: 2.5 });
  });
});

describe('absolute times', () => {
  it.each([
    ['seconds', 150, 151, uint(4, NOW_MS / 1000 - 60), uint(4, NOW_MS / 1000 - 50)],
    ['milliseconds', 152, 153, uint(8, NOW_MS - 60_000), uint(8, NOW_MS - 50_000)],
    ['microseconds', 154, 155, ntp(NOW - 60_000_000), ntp(NOW - 50_000_000)],
    ['nanoseconds', 156, 157, ntp(NOW - 60_000_000), ntp(NOW - 50_000_000)],
    ['microseconds before the export', 158, 159, uint(4, 60_000_000), uint(4, 50_000_000)],
  ])('in %s', (_, start, end, first, last) => {
    const fields: readonly Field[] = [
      [start, first.length],
      [end, last.length],
    ];
    expect(timesOf(fields, [first, last])).toEqual({ ts: NOW - 60_000_000, duration: 10 });
  });

  it('keep their microseconds, of which NTP microseconds have 21 bits', () => {
    expect(timesOf([[154, 8]], [ntp(NOW + 123_456)]).ts).toBe(NOW + 123_456);
    expect(timesOf([[156, 8]], [ntp(NOW + 123_457)]).ts).toBe(NOW + 123_457);
    const [high, low] = [ntp(NOW).slice(0, 4), uint(4, 0x7ff)];
    expect(timesOf([[154, 8]], [[...high, ...low]]).ts).toBe(NOW);
  });

  it('are in the second era of NTP from 2036 on', () => {
    const later = 2_087_942_400_500_000;
    const changes = { receivedAt: later, exportTime: later };
    expect(ntp(later).slice(0, 4)).toEqual(uint(4, 1_963_904));
    expect(timesOf([[154, 8]], [ntp(later)], changes).ts).toBe(later);
  });

  it('are not believed when they are of another length than NTP has', () => {
    expect(timesOf([[154, 4]], [uint(4, 5)]).ts).toBe(NOW);
  });

  it('are replaced by the export time when they are zero or far off, or there is none', () => {
    const exportTime = NOW - HOUR;
    expect(timesOf([], [], { exportTime })).toEqual({ ts: exportTime, duration: 0 });
    expect(timesOf([[152, 8]], [uint(8, 0)], { exportTime }).ts).toBe(exportTime);
    expect(timesOf([[152, 8]], [uint(8, NOW_MS + 86_400_000 * 31)], { exportTime }).ts).toBe(exportTime);
    expect(timesOf([[152, 8]], [uint(8, NOW_MS + 86_400_000 * 29)], { exportTime }).ts).toBe(NOW + 24 * HOUR * 29);
  });

  it('are replaced by the receive time when the export time is far off too', () => {
    expect(timesOf([[152, 8]], [uint(8, 0)], { exportTime: 86_400e6 }).ts).toBe(NOW);
    expect(timesOf([], [], { exportTime: Number.NaN }).ts).toBe(NOW);
  });

  it('fall back on the coarser one where the finer one is not believed', () => {
    const fields: readonly Field[] = [
      [150, 4],
      [152, 8],
    ];
    expect(timesOf(fields, [uint(4, NOW / 1e6 - 9), uint(8, 0)]).ts).toBe(NOW - 9_000_000);
    expect(timesOf(fields, [uint(4, NOW / 1e6 - 9), uint(8, NOW_MS - 8001)]).ts).toBe(NOW - 8_001_000);
  });
});

describe('durations', () => {
  it('are told in milliseconds or in microseconds', () => {
    const start: Field = [152, 8];
    expect(timesOf([start, [161, 4]], [uint(8, NOW_MS), uint(4, 1500)])).toEqual({ ts: NOW, duration: 1.5 });
    expect(timesOf([start, [162, 4]], [uint(8, NOW_MS), uint(4, 1500)])).toEqual({ ts: NOW, duration: 0.0015 });
  });

  it('lead back from the end where there is no start', () => {
    expect(
      timesOf(
        [
          [153, 8],
          [161, 4],
        ],
        [uint(8, NOW_MS), uint(4, 1500)],
      ),
    ).toEqual({ ts: NOW - 1_500_000, duration: 1.5 });
    expect(timesOf([[153, 8]], [uint(8, NOW_MS - 5)])).toEqual({ ts: NOW - 5000, duration: 0 });
  });

  it('do not lead to a start behind the end where the uptimes are the wrong way round', () => {
    const fields: readonly Field[] = [
      [22, 4],
      [21, 4],
      [153, 8],
    ];
    const parts = [uint(4, 9000), uint(4, 1000), uint(8, NOW_MS - 5)];
    expect(timesOf(fields, parts)).toEqual({ ts: NOW - 5000, duration: 0 });
  });

  it('stand alone where there is neither start nor end', () => {
    expect(timesOf([[161, 4]], [uint(4, 2000)])).toEqual({ ts: NOW, duration: 2 });
  });

  it('are not believed when they are longer than any time may be away', () => {
    expect(timesOf([[161, 4]], [uint(4, 61_000)], { maxTimeDifference: 60 })).toEqual({ ts: NOW, duration: 0 });
  });
});

describe('times of events', () => {
  it.each([
    [258, uint(8, NOW_MS - 42)],
    [323, uint(8, NOW_MS - 42)],
    [324, ntp(NOW - 42_000)],
    [325, ntp(NOW - 42_000)],
  ])('count where there is no other: %i', (id, bytes) => {
    expect(timesOf([[id, 8]], [bytes])).toEqual({ ts: NOW - 42_000, duration: 0 });
    const both: readonly Field[] = [
      [id, 8],
      [152, 8],
    ];
    expect(timesOf(both, [bytes, uint(8, NOW_MS - 9000)])).toEqual({ ts: NOW - 9_000_000, duration: 0 });
    expect(timesOf(both, [bytes, uint(8, 0)])).toEqual({ ts: NOW - 42_000, duration: 0 });
  });
});
