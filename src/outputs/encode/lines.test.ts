import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../../model/event-row.ts';
import { cefEncoder } from './cef.ts';
import { anyRow, BARE, CONNECTION, eventOf } from './fixtures/rows.ts';
import { leefEncoder } from './leef.ts';

const cef = cefEncoder({ version: '1.0|\\x' });
const leef = leefEncoder({ version: '1.0|x' });

/** Splits at the first pipes that are not escaped, then at keys that stand before an equals sign that is not escaped. */
function parseCef(line: string): { header: string[]; values: Record<string, string> } {
  const header: string[] = [];
  let at = 0;
  for (let part = ''; header.length < 7; at++) {
    if (line[at] === '\\') part += line[++at];
    else if (line[at] === '|') {
      header.push(part);
      part = '';
    } else part += line[at];
  }
  const extension = line.slice(at);
  const keys = [...extension.matchAll(/(?:^| )(\w+)=/g)];
  const values = keys.map((match, i) => {
    const end = keys[i + 1]?.index ?? extension.length;
    const raw = extension.slice(match.index + match[0].length, end);
    const value = raw.replaceAll(/\\(.)/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter);
    return [match[1], value] as const;
  });
  return { header, values: Object.fromEntries(values) };
}

function parseLeef(line: string): { header: string[]; values: Record<string, string> } {
  const parts = line.split('|');
  const values = parts
    .slice(6)
    .join('|')
    .split('\t')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return { header: parts.slice(0, 6), values: Object.fromEntries(values) };
}

/** What control characters become; CEF has escapes for line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const spaced = (text: unknown, controls = /[\u0000-\u001f\u007f]/g) => String(text ?? '').replaceAll(controls, ' ');
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CEF_CONTROLS = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/g;

describe('lines of the Common Event Format', () => {
  it('have the names and units of its dictionary', () => {
    const { header, values } = parseCef(cef.encode(CONNECTION));
    expect(header).toEqual(['CEF:0', 'VEDETTE', 'vedette', '1.0|\\x', 'conn', 'Connection', '8']);
    expect(values).toMatchObject({
      rt: '1763740001000',
      start: '1763740000123',
      end: '1763740001373',
      externalId: '4611686018427387905',
      cat: 'conn',
      dvc: '192.0.2.1',
      src: '10.1.2.3',
      dst: '203.0.113.34',
      spt: '51234',
      dpt: '443',
      proto: 'TCP',
      out: '1000',
      in: '234',
      deviceDirection: '1',
      dhost: 'www.example.com',
      sourceTranslatedAddress: '198.51.100.7',
      cn1: '75',
      cn1Label: 'Risk',
      cs1: '203.0.113.0/24',
      cs1Label: 'Threat Indicator',
      cs5: 'NL',
    });
  });

  it('have IPv6 addresses where version 0 has a place for them', () => {
    const { values } = parseCef(cef.encode(eventOf('flow', { src_ip: '2001:db8::1', exporter: '2001:db8::9' })));
    expect(values).toMatchObject({ c6a2: '2001:db8::1', c6a2Label: 'Source IPv6 Address', c6a1: '2001:db8::9' });
    expect(values).not.toHaveProperty('src');
  });

  it('are read back, whatever is in them', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = cef.encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        const { header, values } = parseCef(line);
        expect(header[4]).toBe(row.kind);
        expect(Number(header[6])).toBeLessThanOrEqual(10);
        for (const [key, name] of [
          ['app', 'app'],
          ['suser', 'user'],
          ['cs1', 'threat_indicator'],
          ['cs6', 'tags'],
        ])
          expect(values[key] ?? '').toBe(spaced(row[name], CEF_CONTROLS));
        expect(values.dhost ?? values.destinationDnsDomain ?? '').toBe(spaced(row.domain, CEF_CONTROLS));
      }),
      { numRuns: 400 },
    );
  });

  it('say what was blocked, and which way it went', () => {
    const values = (row: EventRow) => parseCef(cef.encode(row)).values;
    expect(values(eventOf('flow', { state: 'denied', direction: 'inbound' }))).toMatchObject({
      act: 'blocked',
      deviceDirection: '0',
    });
    expect(values({ ...BARE, proto: 1, src_port: 8 })).toEqual({
      rt: '1763740000000',
      start: '1763740000000',
      externalId: '1',
      cat: 'flow',
      proto: 'ICMP',
    });
  });
});

describe('lines of the Log Event Extended Format', () => {
  it('have the names of its dictionary, and a severity of 1 at least', () => {
    const { header, values } = parseLeef(leef.encode(CONNECTION));
    expect(header).toEqual(['LEEF:2.0', 'VEDETTE', 'vedette', '1.0 x', 'conn', 'x09']);
    expect(values).toMatchObject({
      cat: 'conn',
      devTime: '1763740000123',
      sev: '8',
      src: '10.1.2.3',
      dst: '203.0.113.34',
      srcPort: '51234',
      dstPort: '443',
      proto: 'TCP',
      usrName: 'mallory',
      srcBytes: '1000',
      dstBytes: '234',
      totalBytes: '1234',
      srcPackets: '6',
      totalPackets: '10',
      srcPostNAT: '198.51.100.7',
    });
    expect(parseLeef(leef.encode(BARE)).values.sev).toBe('1');
  });

  it('are read back, whatever is in them', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = leef.encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        const { header, values } = parseLeef(line);
        expect([header[4], values.cat]).toEqual([row.kind, row.kind]);
        for (const [key, name] of [
          ['application', 'app'],
          ['usrName', 'user'],
          ['threatIndicator', 'threat_indicator'],
          ['tags', 'tags'],
        ])
          expect(values[key] ?? '').toBe(spaced(row[name]));
        expect(Number(values.sev)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
  });
});
