import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderEvent } from '../../api/render.ts';
import { parseReasons } from '../../model/risk.ts';
import { anyFullRow, anyRow, BARE, CONNECTION } from './fixtures/rows.ts';
import { vedetteEncoder } from './vedette.ts';

const explain = (row: Parameters<typeof renderEvent>[0]) =>
  parseReasons(String(row.risk_reasons ?? '')).map((reason) => ({ ...reason, reason: 'why' }));

describe('our own documents', () => {
  const encoder = vedetteEncoder({ explain });

  it('are the events that the API shows', () => {
    for (const row of [CONNECTION, BARE])
      expect(JSON.parse(encoder.encode(row))).toEqual(JSON.parse(JSON.stringify(renderEvent(row, explain, true))));
  });

  it('are so for any row whose JSON is an object and whose numbers are numbers', () => {
    const isSound = (row: Parameters<typeof renderEvent>[0]) =>
      [row.attrs, row.threat_matches].every((json) => isContainer(String(json))) &&
      !String(row.attrs).startsWith('[') &&
      !String(row.threat_matches).startsWith('{') &&
      Object.values(row).every((value) => typeof value !== 'number' || Number.isFinite(value));
    fc.assert(
      fc.property(anyFullRow, (row) => {
        fc.pre(isSound(row));
        expect(JSON.parse(encoder.encode(row))).toEqual(JSON.parse(JSON.stringify(renderEvent(row, explain, true))));
      }),
      { numRuns: 200 },
    );
  });

  it('are JSON in one line for any row at all', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = vedetteEncoder().encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toMatchObject({ kind: row.kind, id: row.id });
      }),
    );
  });

  it('name reasons by code and points where nobody explains them', () => {
    expect(JSON.parse(vedetteEncoder().encode(CONNECTION)).risk_reasons).toEqual([
      { code: 'intel.c2', points: 65 },
      { code: 'intel.contact', points: 10 },
    ]);
  });
});

function isContainer(json: string): boolean {
  if (json === '') return true;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
