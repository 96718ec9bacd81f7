import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Column, columnNamed } from '../columns.ts';
import { PROTOCOLS } from '../kinds.ts';
import type { FilterField, FilterNode, FilterValue } from './ast.ts';
import { join } from './build.ts';
import { FilterError } from './error.ts';
import { parseFilter } from './parser.ts';
import { printFilter } from './print.ts';
import { formatTime } from './time.ts';

const NOW = Date.UTC(2026, 10, 20, 12) * 1000;
const parse = (text: string) => parseFilter(text, { now: NOW });
const printed = (text: string) => printFilter(parse(text)!);

function failure(text: string): FilterError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`"${text}" was accepted`);
}

describe('parseFilter', () => {
  it('answers nothing for an empty text', () => {
    expect(parse('')).toBeUndefined();
    expect(parse('  \n')).toBeUndefined();
  });

  it.each([
    ['dst.port = 443', 'dst.port = 443'],
    ['dport == 443 && proto=tcp', 'dst.port = 443 and proto = tcp'],
    ['risk >= 70 or bytes>10k', 'risk >= 70 or bytes > 10000'],
    ['!(kind = dns) || not state exists', 'not kind = dns or not state exists'],
    ['(kind = dns or kind = tls) and risk > 5', '(kind = dns or kind = tls) and risk > 5'],
    ['kind in (dns, TLS)', 'kind in (dns, tls)'],
    ['src.ip = 10.0.0.0/8', 'src.ip = 10.0.0.0/8'],
    ['src in 10.1.2.3/8', 'src.ip in (10.0.0.0/8)'],
    ['dst.ip != 2001:DB8::1', 'dst.ip != 2001:db8::1'],
    ['ip = 192.0.2.1', 'src.ip = 192.0.2.1 or dst.ip = 192.0.2.1'],
    ['ip != 192.0.2.1', 'src.ip != 192.0.2.1 and dst.ip != 192.0.2.1'],
    ['port not in (22, 80)', 'not (src.port in (22, 80) or dst.port in (22, 80))'],
    ['country = de', 'src.country = DE or dst.country = DE'],
    ['asn = AS64500', 'src.asn = 64500 or dst.asn = 64500'],
    ['org contains "Example Net"', 'src.org contains "Example Net" or dst.org contains "Example Net"'],
    ['scope exists', 'src.scope exists or dst.scope exists'],
    ['dst.port = 1000..2000', 'dst.port >= 1000 and dst.port <= 2000'],
    ['dst.port != 1000..2000', 'not (dst.port >= 1000 and dst.port <= 2000)'],
    ['dst.port in (22, 8000..8100)', 'dst.port in (22) or dst.port >= 8000 and dst.port <= 8100'],
    ['bytes >= 5MB and bytes < 1GiB', 'bytes >= 5000000 and bytes < 1073741824'],
    ['duration > 1h', 'duration > 3600'],
    ['duration < 1.5ms', 'duration < 0.0015'],
    ['tcp.flags = 0x12', 'tcp.flags = 18'],
    ['ts > -1h', 'ts > 2026-11-20T11:00:00.000Z'],
    ['ts >= 2026-11-20T08:00:00.000001Z', 'ts >= 2026-11-20T08:00:00.000001Z'],
    ["ts < '2026-11-20 10:00:00+02:00'", 'ts < 2026-11-20T08:00:00.000Z'],
    ['domain endswith .example', 'domain endswith ".example"'],
    ['domain ~ "^(www|cdn)\\.[a-z]+\\.example$"', 'domain ~ "^(www|cdn)\\\\.[a-z]+\\\\.example$"'],
    ['domain !~ evil', 'not domain ~ evil'],
    ['user not contains admin', 'not user contains admin'],
    ['tags = "a b"', 'tags = "a b"'],
    ['attrs.qtype = A and attrs.tls.version = "1.3"', 'attrs.qtype = A and attrs.tls.version = "1.3"'],
    ['attrs.rtt > 0.25', 'attrs.rtt > 0.25'],
    ['id = 0042', 'id = 42'],
    ['proto in (47, icmp6)', 'proto in (gre, icmp6)'],
  ])('%s', (text, canonical) => {
    expect(printed(text)).toBe(canonical);
    expect(parse(canonical)).toEqual(parse(text));
  });

  it.each([
    ['dst.prot = 1', 0, 8, 'dst.port'],
    ['proto = tpc', 8, 3, 'tcp'],
    ['kind = dsn', 7, 3, 'dns'],
    ['dst.port = 70000', 11, 5, undefined],
    ['dst.port = 1.5', 11, 3, undefined],
    ['bytes > 5m', 8, 2, '5M'],
    ['dst.port', 8, 0, undefined],
    ['dst.port =', 10, 0, undefined],
    ['(dst.port = 1', 13, 0, undefined],
    ['dst.port = 1)', 12, 1, undefined],
    ['dst.port = 1 an proto = tcp', 13, 2, 'and'],
    ['domain contain x', 7, 7, 'contains'],
    ['src.ip > 10.0.0.1', 7, 1, '='],
    ['src.ip contains 10', 7, 8, '='],
    ['src.ip = 10.0.0', 9, 6, undefined],
    ['domain = "open', 9, 5, undefined],
    ['domain ~ "a(b"', 13, 1, undefined],
    ['domain ~ "(?=x)"', 12, 1, undefined],
    ['dst.port = 20..10', 11, 6, '10..20'],
    ['192.0.2.7', 0, 9, 'ip = 192.0.2.7'],
    ['a = 1', 0, 1, undefined],
    ['kind = dns & risk > 1', 11, 1, '&&'],
    ['attrs = 1', 6, 1, undefined],
    ['attrs.a"b = 1', 7, 6, undefined],
    ['attrs..a = 1', 0, 8, undefined],
    ['ts > yesterday', 5, 9, undefined],
    ['id = x', 5, 1, undefined],
    ['domain contains ""', 16, 2, undefined],
  ])('points at the fault in %s', (text, position, length, suggestion) => {
    const error = failure(text);
    expect([error.position, error.length, error.suggestion]).toEqual([position, length, suggestion]);
    expect(error.message).toMatch(/\.$|\?$/);
  });

  it('refuses what is too long, too deep or too wide', () => {
    expect(failure(`domain = "${'x'.repeat(9000)}"`).message).toContain('longer');
    expect(failure(`${'('.repeat(40)}risk = 1${')'.repeat(40)}`).message).toContain('deeper');
    expect(failure(`${'not '.repeat(40)}risk = 1`).message).toContain('deeper');
    expect(failure(Array(300).fill('risk = 1').join(' or ')).message).toContain('comparisons');
    expect(failure(`domain ~ "${'((((){100}){100}){100}){100}'}"`).message).toContain('repeats too much');
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,5})?$/);
const text = fc.oneof(word, fc.string({ minLength: 1, maxLength: 20 }));

function valueFor(column: Column): fc.Arbitrary<FilterValue> {
  const number = (arbitrary: fc.Arbitrary<number>) =>
    arbitrary.map((n): FilterValue => ({ type: 'number', number: n }));
  switch (column.type) {
    case 'id':
      return fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }).map((n) => ({ type: 'id', text: n.toString() }));
    case 'time':
      return number(fc.integer({ min: 0, max: 4e15 }));
    case 'enum':
      return number(fc.constantFrom(...Object.values(column.values!)));
    case 'ip':
      return fc
        .tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }))
        .map(([ip, prefix]) => (parse(`src.ip = ${ip}/${prefix}`) as { value: FilterValue }).value);
    case 'dict':
    case 'set':
    case 'text':
      return text.map((t) => ({ type: 'text', text: column.name.endsWith('_country') ? t.toUpperCase() : t }));
    case 'f32':
    case 'f64':
      return number(fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((n) => n + 0));
    default:
      return number(column.name === 'proto' ? fc.constantFrom(...Object.values(PROTOCOLS), 200) : fc.nat(255));
  }
}

const comparable = (COLUMNS as readonly Column[]).filter((column) => column.type !== 'json');
const textual = comparable.filter((column) => ['dict', 'set', 'text'].includes(column.type));
const attr: FilterField = { column: columnNamed('attrs'), attr: 'tls.version' };

const leaf: fc.Arbitrary<FilterNode> = fc.oneof(
  fc.constantFrom(...comparable).chain((column) =>
    fc.record({
      op: fc.constantFrom('=' as const, '!=' as const),
      field: fc.constant({ column }),
      value: valueFor(column),
    }),
  ),
  fc.constantFrom(...comparable).chain((column) =>
    fc.record({
      op: fc.constant('in' as const),
      field: fc.constant({ column }),
      values: fc.array(valueFor(column), { minLength: 1, maxLength: 4 }),
    }),
  ),
  fc.record({
    op: fc.constantFrom('contains' as const, 'startswith' as const, 'endswith' as const),
    field: fc.constantFrom(...textual).map((column): FilterField => ({ column })),
    value: text,
  }),
  fc.record({
    op: fc.constantFrom('=' as const, '<' as const, '>=' as const),
    field: fc.constant(attr),
    value: text.map((t): FilterValue => ({ type: 'text', text: t })),
  }),
  fc.record({
    op: fc.constant('exists' as const),
    field: fc.constantFrom(...comparable).map((column): FilterField => ({ column })),
  }),
);

const { tree } = fc.letrec<{ tree: FilterNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('tree'), { minLength: 2, maxLength: 4 }))
      .map(([op, nodes]) => join(op, nodes)),
    tie('tree').map((node): FilterNode => ({ op: 'not', node })),
  ),
}));

describe('properties', () => {
  it('reads what it prints', () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(parse(printFilter(node))).toEqual(node);
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but FilterError, and points inside of the text', () => {
    const pieces = fc.constantFrom(
      'and',
      'or',
      'not',
      'in',
      '(',
      ')',
      ',',
      '=',
      '!=',
      '~',
      '!~',
      '..',
      'src.ip',
      'ip',
      'port',
      'attrs.x',
      'domain',
      '10.0.0.0/8',
      '443',
      '"a',
      '"b"',
      "'",
      '\\',
      '&',
      '||',
      '-1h',
      'exists',
      'contains',
      '[a-',
      '(?',
      'ts',
      'é',
      '__proto__',
      'constructor',
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.array(pieces).map((list) => list.join(' ')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(garbage, (input) => {
        try {
          parse(input);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
          const { position, length } = error as FilterError;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(position + length).toBeLessThanOrEqual(input.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('prints times that it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e15 }), (micros) => {
        expect(parse(`ts = ${formatTime(micros)}`)).toMatchObject({ value: { number: micros } });
      }),
    );
  });
});
