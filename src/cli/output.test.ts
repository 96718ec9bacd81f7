import { describe, expect, it } from 'vitest';
import { memoryIo } from '../../test/support/cli.ts';
import { csv, printRows } from './output.ts';
import { clock, size, table } from './table.ts';

const rows = [
  { src_ip: '192.0.2.1', bytes: 1500, src_geo: { country: 'NL' }, risk_score: 7 },
  { src_ip: '2001:db8::1', bytes: 20, src_geo: null, risk_score: 0 },
];
const columns = [{ field: 'src_ip' }, { field: 'bytes', align: 'right' as const }];

async function print(options: Parameters<typeof printRows>[2]) {
  const io = memoryIo();
  await printRows(rows, columns, options, io);
  return io.written.out;
}

describe('rows', () => {
  it('are an aligned table, or what is asked for', async () => {
    expect(await print({})).toBe('src_ip       bytes\n192.0.2.1     1500\n2001:db8::1     20\n');
    expect(JSON.parse(await print({ json: true }))).toEqual(rows);
    expect(
      (await print({ output: 'ndjson' }))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
    expect(await print({ output: 'csv' })).toBe('src_ip,bytes\r\n192.0.2.1,1500\r\n2001:db8::1,20\r\n');
  });

  it('give the fields asked for, spelled as in answers or as in filters', async () => {
    expect(await print({ output: 'csv', fields: 'src.country,src_geo.country,risk,src.ip,nothing' })).toBe(
      'src.country,src_geo.country,risk,src.ip,nothing\r\nNL,NL,7,192.0.2.1,\r\n,,0,2001:db8::1,\r\n',
    );
    expect(JSON.parse(await print({ output: 'json', fields: 'risk' }))).toEqual([{ risk: 7 }, { risk: 0 }]);
  });
});

describe('csv', () => {
  it('quotes what has to be quoted, and runs no formula', () => {
    const row = { a: 'x,"y"\n', b: '=1+1', c: -5, d: ['t'], e: null };
    expect(csv([row], ['a', 'b', 'c', 'd', 'e'])).toBe('a,b,c,d,e\r\n"x,""y""\n",\'=1+1,-5,"[""t""]",\r\n');
  });
});

describe('a table', () => {
  it('fits its width by cutting the widest text, never a number', () => {
    const text = table(
      [{ title: 'name' }, { title: 'org' }, { title: 'n', align: 'right' }],
      [['abcdefghij', 'x'.repeat(60), '123456']],
      40,
    );
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => line.length)).toEqual([40, 40]);
    expect(lines[1]).toMatch(/^abcdefghij {2}x+… {2}123456$/);
  });

  it('lets no data steer the terminal', () => {
    expect(table([{ title: 'a' }], [['\u001b[31mred\n']])).toBe('a\n?[31mred?\n');
  });
});

describe('figures', () => {
  it('are short', () => {
    expect([0, 999, 1000, 5_242_880, 999_950, 1.2e9].map(size)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '5.24 MB',
      '1 MB',
      '1.2 GB',
    ]);
    expect([4, 750, 3723].map(clock)).toEqual(['0:04', '12:30', '1:02:03']);
  });
});
