import { expect, it } from 'vitest';
import { storedRows } from '../../test/support/stored-rows.ts';
import { PageRow, pageOfRows, plainRow, rowsOfPages } from './event-page.ts';

const ROWS = [
  { id: '7', ts: 1.5, src_ip: '192.0.2.1', domain: 'a.example', bytes: 3, src_lat: null },
  { id: '8', ts: 2.5, src_ip: '', domain: '', bytes: 0, src_lat: 48.2 },
];

it('gives the values of its rows under their names, and plain objects for those who want them', () => {
  const page = pageOfRows(ROWS);
  const rows = rowsOfPages(page.names)(page);
  expect(rows).toHaveLength(2);
  expect(rows.map((row) => row.src_lat)).toEqual([null, 48.2]);
  expect(rows.map(plainRow)).toEqual(ROWS);
  expect(JSON.parse(JSON.stringify(rows))).toEqual(ROWS);
  expect(rows.map((row) => row.unheard)).toEqual([undefined, undefined]);
  expect(plainRow(ROWS[0])).toBe(ROWS[0]);
});

it('tells its rows from objects of others', () => {
  const page = pageOfRows(ROWS);
  const [, second] = rowsOfPages(page.names)(page);
  expect([PageRow.pageOf(second), PageRow.placeOf(second)]).toEqual([page, 1]);
  expect([PageRow.pageOf(ROWS[1]), PageRow.placeOf(ROWS[1])]).toEqual([undefined, 0]);
});

it('knows the columns that are the same in all rows', () => {
  const [first] = storedRows([
    { id: '256', ts: 5, kind: 'dns', src_ip: '192.0.2.1', domain: 'a.example', exporter: 'x', bytes: 1 },
    { id: '512', ts: 5, kind: 'dns', src_ip: '192.0.2.2', domain: 'b.example', exporter: 'x', bytes: 2 },
  ]);
  const page = PageRow.pageOf(first);
  const single = (name: string) => page?.column(name)?.single;
  for (const name of ['ts', 'kind', 'exporter', 'dst_ip', 'user', 'attrs', 'src_lat', 'dst_bytes'])
    expect(single(name), name).toBe(true);
  for (const name of ['id', 'src_ip', 'domain', 'bytes']) expect(single(name), name).toBe(false);
  expect(page?.column('unheard')).toBeUndefined();
});
