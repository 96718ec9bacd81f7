import { describe, expect, it } from 'vitest';
import { decodeRecords, type Field, ip, NOW, type Outcome, uint, variable } from '../../fixtures/decode-records.ts';
import { type DecodeRun, VARIABLE } from '../template.ts';

interface Seen {
  readonly section: readonly number[];
  readonly frameLength: number;
}

/** Decodes with a reader of frames that knows one when its first byte is 1, and tells what it was given. */
function decodeFrames(fields: readonly Field[], bytes: readonly number[]): Outcome & { seen: Seen[] } {
  const seen: Seen[] = [];
  const frame: DecodeRun['frame'] = (from, start, end, frameLength, { columns }, row) => {
    seen.push({ section: [...from.subarray(start, end)], frameLength });
    if (from[start] !== 1) return false;
    columns.src_ip.setV4(row, 0xc0000201);
    columns.bytes[row] = 100;
    columns.packets[row] = 1;
    return true;
  };
  return { ...decodeRecords(fields, bytes, { frame, samplingRate: 512 }), seen: seen.slice(0, seen.length / 2) };
}

const counted = {
  bytes: 51_200,
  src_bytes: 51_200,
  packets: 512,
  src_packets: 512,
  sampling: 512,
  kind: 1,
  received: NOW,
  ts: NOW,
};

describe('sampled frames', () => {
  it('make a row of what the reader of packets found, multiplied by the sampling rate', () => {
    const fields: readonly Field[] = [
      [10, 4],
      [312, 2],
      [315, VARIABLE],
    ];
    const { rows, seen } = decodeFrames(fields, [...uint(4, 7), ...uint(2, 1518), ...variable([1, 2, 3])]);
    expect(rows).toEqual([{ ...counted, src_ip: '192.0.2.1', input_if: 7 }]);
    expect(seen).toEqual([{ section: [1, 2, 3], frameLength: 1518 }]);
  });

  it('make no row where it found nothing', () => {
    const fields: readonly Field[] = [
      [10, 4],
      [315, 2],
    ];
    const { rows, answer } = decodeFrames(fields, [...uint(4, 7), 0, 9, ...uint(4, 8), 1, 9, ...uint(4, 9), 0, 9]);
    expect(answer).toBe(3);
    expect(rows).toEqual([{ ...counted, src_ip: '192.0.2.1', input_if: 8 }]);
  });

  it('make no row where nobody reads them', () => {
    expect(decodeRecords([[315, 2]], [1, 1])).toMatchObject({ rows: [], answer: 1 });
  });

  it('end where the record says that the section does', () => {
    const fields: readonly Field[] = [
      [315, 6],
      [410, 2],
    ];
    const at = (exported: number) => decodeFrames(fields, [1, 2, 3, 0, 0, 0, ...uint(2, exported)]).seen;
    expect(at(3)).toEqual([{ section: [1, 2, 3], frameLength: 3 }]);
    expect(at(0)).toEqual([{ section: [1, 2, 3, 0, 0, 0], frameLength: 6 }]);
    expect(at(9)).toEqual([{ section: [1, 2, 3, 0, 0, 0], frameLength: 6 }]);
  });

  it('are read under their older name', () => {
    const fields: readonly Field[] = [
      [103, 2],
      [104, 3],
    ];
    expect(decodeFrames(fields, [...uint(2, 64), 1, 2, 3]).seen).toEqual([{ section: [1, 2, 3], frameLength: 64 }]);
  });

  it('give way to the addresses and counters of the record', () => {
    const fields: readonly Field[] = [
      [8, 4],
      [12, 4],
      [1, 4],
      [315, 1],
    ];
    const { rows } = decodeFrames(fields, [...ip('10.0.0.1'), ...ip('10.0.0.2'), ...uint(4, 7), 1]);
    expect(rows[0]).toMatchObject({ src_ip: '10.0.0.1', dst_ip: '10.0.0.2', bytes: 3584, src_bytes: 3584 });
    const none = decodeFrames(fields, [...uint(8, 0), ...uint(4, 7), 1]);
    expect(none.rows[0]).toMatchObject({ src_ip: '192.0.2.1', bytes: 3584 });
  });
});
