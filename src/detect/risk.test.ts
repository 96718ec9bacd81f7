import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from '../model/batch.ts';
import { DIRECTIONS, type Direction, KINDS, type Kind, SCOPES, type Scope } from '../model/kinds.ts';
import { parseReasons } from '../model/risk.ts';
import { type RiskOptions, RiskWeights, score } from './risk.ts';
import { explain, scoreOne } from './risk-explain.ts';
import { applyOverrides, presetPoints, RISK_WEIGHTS } from './risk-weights.ts';

interface Event {
  kind?: Kind;
  direction?: Direction;
  scope?: Scope;
  proto?: number;
  srcPort?: number;
  dstPort?: number;
  bytes?: number;
  srcBytes?: number;
  dstBytes?: number;
  duration?: number;
  state?: string;
  domain?: string;
  country?: string;
  threats?: number;
  category?: string;
  confidence?: number;
}

function batchOf(events: readonly Event[]): EventBatch {
  const batch = new EventBatch(Math.max(1, events.length));
  const { columns } = batch;
  events.forEach((event, row) => {
    columns.kind[row] = KINDS[event.kind ?? 'flow'];
    columns.direction[row] = DIRECTIONS[event.direction ?? 'unknown'];
    columns.src_scope[row] = SCOPES[event.scope ?? 'global'];
    columns.proto[row] = event.proto ?? 6;
    columns.src_port[row] = event.srcPort ?? 50_000;
    columns.dst_port[row] = event.dstPort ?? 443;
    columns.bytes[row] = event.bytes ?? (event.srcBytes ?? 0) + (event.dstBytes ?? 0);
    columns.src_bytes[row] = event.srcBytes ?? 0;
    columns.dst_bytes[row] = event.dstBytes ?? 0;
    columns.duration[row] = event.duration ?? 0;
    columns.state.set(row, event.state ?? '');
    columns.domain.set(row, event.domain ?? '');
    columns.dst_country.set(row, event.country ?? '');
    columns.threat_count[row] = event.threats ?? (event.category === undefined ? 0 : 1);
    columns.threat_category.set(row, event.category ?? '');
    columns.threat_confidence[row] = event.confidence ?? 0;
    batch.length = row + 1;
  });
  return batch;
}

function scored(event: Event, options: RiskOptions = {}) {
  const batch = batchOf([event]);
  score(batch, 0, 1, new RiskWeights(options));
  return { risk: batch.columns.risk[0], reasons: batch.columns.risk_reasons.get(0) };
}

describe('score', () => {
  const home: RiskOptions = { usualCountries: ['de', 'FR'] };
  const table: [string, Event, string, RiskOptions?][] = [
    ['a quiet event', {}, ''],
    ['a match, by class and confidence', { category: 'botnet_cc', confidence: 90 }, 'intel.c2:77'],
    ['a match of an unknown category', { category: 'misc', confidence: 50 }, 'intel.other:20'],
    ['a match without confidence', { category: 'c2', confidence: 0 }, ''],
    [
      'an answered contact with something listed three times',
      { direction: 'outbound', category: 'malware', confidence: 100, threats: 3, srcBytes: 10, dstBytes: 10 },
      'intel.malware:75,intel.contact:10,intel.several:5',
    ],
    ['RDP from the Internet', { direction: 'inbound', dstPort: 3389 }, 'port.remote:10,access.inbound:10'],
    ['SSH from a partner in private space', { direction: 'inbound', dstPort: 22, scope: 'private' }, 'port.remote:10'],
    ['RDP inside', { direction: 'internal', dstPort: 3389 }, ''],
    ['SMB to the outside', { direction: 'outbound', dstPort: 445 }, 'port.windows:15'],
    ['a port number of ICMP', { direction: 'inbound', dstPort: 445, proto: 1 }, ''],
    ['Telnet to the outside', { direction: 'outbound', dstPort: 23 }, 'port.remote:10,cleartext.login:10'],
    ['FTP to the outside', { direction: 'outbound', dstPort: 21 }, 'cleartext.login:10'],
    ['FTP to the inside', { direction: 'inbound', dstPort: 21 }, ''],
    ['a database', { direction: 'inbound', dstPort: 6379 }, 'port.database:10'],
    ['a container engine', { direction: 'inbound', dstPort: 2375 }, 'port.control:10'],
    ['an unusual port', { direction: 'outbound', dstPort: 4444 }, 'port.unusual:3'],
    ['the answer of a server inside', { direction: 'outbound', dstPort: 51_234, srcPort: 443 }, ''],
    ['an unusual port of UDP', { direction: 'outbound', dstPort: 4444, proto: 17 }, ''],
    ['a large upload', { direction: 'outbound', srcBytes: 100e6 }, 'upload.large:10'],
    ['a huge upload', { direction: 'outbound', srcBytes: 1e9, dstBytes: 5 }, 'upload.huge:20'],
    ['a large upload in a one-way flow', { direction: 'outbound', bytes: 2e8 }, 'upload.large:10'],
    ['a large download', { direction: 'outbound', srcBytes: 1_000, dstBytes: 1e9 }, ''],
    ['a usual country', { direction: 'outbound', country: 'DE', srcBytes: 2e6 }, '', home],
    ['an unusual country', { direction: 'outbound', country: 'BR' }, 'country.unusual:5', home],
    [
      'an upload to an unusual country',
      { direction: 'outbound', country: 'BR', srcBytes: 2e6 },
      'upload.unusual:15,country.unusual:5',
      home,
    ],
    ['an unknown country', { direction: 'outbound' }, '', home],
    ['a country while none is set as usual', { direction: 'outbound', country: 'BR' }, ''],
    ['a long connection', { direction: 'outbound', duration: 5 * 3600 }, 'duration.long:5'],
    ['a day', { direction: 'inbound', duration: 86_400 }, 'duration.day:10'],
    ['a day inside', { direction: 'internal', duration: 86_400 }, ''],
    ['S0', { kind: 'conn', state: 'S0' }, 'state.unanswered:2'],
    ['REJ', { kind: 'conn', state: 'REJ' }, 'state.refused:3'],
    ['RSTO', { kind: 'conn', state: 'RSTO' }, 'state.reset:1'],
    ['SF', { kind: 'conn', state: 'SF' }, ''],
    ['a name that does not exist', { kind: 'dns', state: 'NXDOMAIN', domain: 'a.example' }, 'dns.nxdomain:3'],
    ['a long name', { kind: 'dns', domain: `${'a'.repeat(60)}.example` }, 'dns.long:10'],
    ['a long host name elsewhere', { kind: 'http', domain: `${'a'.repeat(60)}.example` }, ''],
    ['a self-signed certificate', { kind: 'tls', state: 'self signed certificate in chain' }, 'tls.self-signed:10'],
    ['an expired certificate', { kind: 'tls', state: 'certificate has expired' }, 'tls.invalid:8'],
    ['a good certificate', { kind: 'tls', state: 'ok' }, ''],
    ['a notice', { kind: 'notice', state: 'CaptureLoss::Too_Much_Loss' }, 'notice:20'],
    ['a notice of a scan', { kind: 'notice', state: 'Scan::Port_Scan' }, 'notice.attack:50'],
    ['something weird', { kind: 'weird', state: 'bad_TCP_checksum' }, 'weird:5'],
    ['a honeypot', { kind: 'honeypot' }, 'honeypot:50'],
  ];
  it.each(table)('%s', (_, event, reasons, options) => {
    const points = parseReasons(reasons).reduce((sum, reason) => sum + reason.points, 0);
    expect(scored(event, options)).toEqual({ risk: Math.min(100, points), reasons });
  });

  it('covers every reason of the default preset in this table', () => {
    const met = new Set(table.flatMap(([, , reasons]) => parseReasons(reasons).map((reason) => reason.code)));
    const classes = ['ransomware', 'exploit', 'phishing', 'bruteforce', 'scanner', 'spam', 'anonymizer'];
    for (const name of classes) met.add(parseReasons(scored({ category: name, confidence: 100 }).reasons)[0].code);
    expect([...met].sort()).toEqual(
      RISK_WEIGHTS.filter(({ points }) => points > 0)
        .map(({ code }) => code)
        .sort(),
    );
  });

  it('caps the score at 100, not the points', () => {
    const event: Event = { direction: 'inbound', dstPort: 3389, category: 'ransomware', confidence: 100 };
    expect(scored(event)).toEqual({ risk: 100, reasons: 'intel.ransomware:95,port.remote:10,access.inbound:10' });
  });

  it('forgets what an earlier score left in the row', () => {
    const batch = batchOf([{ kind: 'honeypot' }]);
    const weights = new RiskWeights();
    score(batch, 0, 1, weights);
    batch.columns.kind[0] = KINDS.flow;
    score(batch, 0, 1, weights);
    expect([batch.columns.risk[0], batch.columns.risk_reasons.get(0)]).toEqual([0, '']);
  });

  it('leaves the rows outside the range alone', () => {
    const batch = batchOf([{ kind: 'honeypot' }, { kind: 'honeypot' }, { kind: 'honeypot' }]);
    score(batch, 1, 2, new RiskWeights());
    expect([...batch.columns.risk]).toEqual([0, 50, 0]);
  });
});

const eventArbitrary: fc.Arbitrary<Event> = fc.record(
  {
    kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
    direction: fc.constantFrom(...(Object.keys(DIRECTIONS) as Direction[])),
    scope: fc.constantFrom(...(Object.keys(SCOPES) as Scope[])),
    proto: fc.constantFrom(0, 1, 6, 17),
    srcPort: fc.integer({ min: 0, max: 65_535 }),
    dstPort: fc.oneof(fc.constantFrom(21, 22, 23, 445, 3306, 3389, 4444), fc.integer({ min: 0, max: 65_535 })),
    bytes: fc.constantFrom(0, 1e3, 2e6, 2e8, 2e9),
    srcBytes: fc.constantFrom(0, 1e3, 2e6, 2e8, 2e9),
    dstBytes: fc.constantFrom(0, 1e3, 2e9),
    duration: fc.constantFrom(0, 60, 15_000, 90_000),
    state: fc.constantFrom('', 'S0', 'REJ', 'RSTO', 'SF', 'NXDOMAIN', 'self signed certificate', 'Scan::Port_Scan'),
    domain: fc.constantFrom('', 'a.example', `${'x'.repeat(70)}.example`),
    country: fc.constantFrom('', 'DE', 'BR'),
    threats: fc.nat(5),
    category: fc.constantFrom('c2', 'scanner', 'ransomware', 'whatever', ''),
    confidence: fc.nat(100),
  },
  { requiredKeys: [] },
);
const options: fc.Arbitrary<RiskOptions> = fc.record({
  preset: fc.constantFrom('default', 'classic'),
  overrides: fc.dictionary(fc.constantFrom(...RISK_WEIGHTS.map(({ code }) => code)), fc.nat(100)),
  usualCountries: fc.constantFrom([], ['DE']),
});

describe('score over random batches', () => {
  it('lists positive points that add up to the score before the cap, each code once', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 80 }), options, (events, chosen) => {
        const batch = batchOf(events);
        score(batch, 0, events.length, new RiskWeights(chosen));
        events.forEach((_, row) => {
          const reasons = parseReasons(batch.columns.risk_reasons.get(row));
          const sum = reasons.reduce((total, reason) => total + reason.points, 0);
          expect(batch.columns.risk[row]).toBe(Math.min(100, sum));
          expect(reasons.every(({ points }) => Number.isInteger(points) && points > 0)).toBe(true);
          expect(new Set(reasons.map(({ code }) => code)).size).toBe(reasons.length);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('says the same of an event alone and among others, in a fresh and in a used batch', () => {
    const weights = new RiskWeights({ usualCountries: ['DE'] });
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 40 }), (events) => {
        const batch = batchOf(events);
        score(batch, 0, events.length, weights);
        events.forEach((event, row) => {
          const alone = scored(event, { usualCountries: ['DE'] });
          expect({ risk: batch.columns.risk[row], reasons: batch.columns.risk_reasons.get(row) }).toEqual(alone);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('the classic preset', () => {
  const classic: RiskOptions = { preset: 'classic' };
  it.each<[string, Event, string]>([
    ['any event', {}, 'base:10'],
    ['a match, whatever its confidence', { category: 'spam', confidence: 1 }, 'intel.match:60,base:10'],
    ['RDP', { dstPort: 3389 }, 'base:10,port.risky:10'],
    ['SMB', { dstPort: 445 }, 'base:10,port.risky:10'],
    ['SSH', { dstPort: 22, direction: 'inbound' }, 'base:10'],
    ['exactly 1 MB', { bytes: 1_000_000 }, 'base:10'],
    ['more than 1 MB', { bytes: 1_000_001 }, 'base:10,bytes.large:10'],
    [
      'everything',
      { kind: 'honeypot', direction: 'inbound', dstPort: 445, bytes: 5e9, duration: 1e6, threats: 9, confidence: 100 },
      'intel.match:60,base:10,port.risky:10,bytes.large:10',
    ],
  ])('%s', (_, event, reasons) => {
    const { risk, reasons: stored } = scored(event, classic);
    expect(stored).toBe(reasons);
    expect(risk).toBe(parseReasons(reasons).reduce((sum, reason) => sum + reason.points, 0));
  });
});

describe('applyOverrides', () => {
  it('replaces points, and leaves the preset as it was', () => {
    const preset = presetPoints('default');
    expect(applyOverrides(preset, { 'port.remote': 33 })['port.remote']).toBe(33);
    expect(preset['port.remote']).toBe(10);
    expect(scored({ direction: 'outbound', dstPort: 22 }, { overrides: { 'port.remote': 0 } }).reasons).toBe('');
  });

  it('names every fault, with the code that was probably meant', () => {
    const faults = () => applyOverrides(presetPoints('default'), { 'port.remotte': 5, 'intel.c2': -1, toString: 1 });
    expect(faults).toThrow('"port.remotte" is no reason of a risk; did you mean port.remote?');
    expect(faults).toThrow('intel.c2 must have a whole number of points from 0 to 100, not -1.');
    expect(faults).toThrow('"toString" is no reason of a risk.');
  });
});

describe('explain', () => {
  it('puts the values of the event into sentences', () => {
    const values = { dst_port: 22, direction: 1, bytes: 1_234_567, src_bytes: 0, dst_bytes: 0, duration: 20_000 };
    const reasons = parseReasons('port.remote:10,upload.large:10,duration.long:5,gone.code:1,dns.nxdomain:3');
    expect(explain(values, reasons).map(({ reason }) => reason)).toEqual([
      'Port 22 gives remote access (SSH, Telnet, RDP, VNC, WinRM...) and the traffic is inbound.',
      '1.2 MB left your network.',
      'It lasted 5.6 h.',
      'gone.code',
      'unknown does not exist.',
    ]);
  });

  it('has a sentence for every reason, with known columns only', () => {
    const columns = new Set([...Object.keys(new EventBatch(1).columns), 'upload']);
    for (const { code, because, title } of RISK_WEIGHTS) {
      expect(title).not.toBe('');
      for (const [, column] of because.matchAll(/\{(\w+)\}/g)) expect(columns, code).toContain(column);
    }
  });
});

describe('scoreOne', () => {
  const threat = (value: string, category: string, confidence: number) => ({ value, category, confidence });

  it('adds up what lists say about a value', () => {
    const threats = [
      threat('192.0.2.1', 'scanner', 40),
      threat('192.0.2.0/24', 'c2', 80),
      threat('192.0.2.0/20', 'x', 5),
    ];
    expect(scoreOne({ threats, country: 'BR' }, new RiskWeights({ usualCountries: ['DE'] }))).toEqual({
      score: 78,
      reasons: [
        { code: 'intel.c2', points: 68, reason: '192.0.2.0/24 is on a list as c2, 80 % confident.' },
        { code: 'intel.several', points: 5, reason: '3 indicators match.' },
        { code: 'country.unusual', points: 5, reason: 'BR is not where your traffic usually goes.' },
      ],
    });
  });

  it('is 0 for what nobody lists, and the base of the classic preset', () => {
    expect(scoreOne({ threats: [] }, new RiskWeights())).toEqual({ score: 0, reasons: [] });
    const classic = scoreOne({ threats: [threat('192.0.2.1', 'c2', 1)] }, new RiskWeights({ preset: 'classic' }));
    expect(classic.reasons.map(({ code, points }) => [code, points])).toEqual([
      ['intel.match', 60],
      ['base', 10],
    ]);
    expect(classic.score).toBe(70);
  });
});
