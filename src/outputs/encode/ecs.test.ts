import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Column } from '../../model/columns.ts';
import { ecsEncoder, ecsPaths } from './ecs.ts';
import { ECS_FIELDS } from './ecs-fields.ts';
import { ecsReference } from './fixtures/ecs-reference.ts';
import { anyRow, BARE, CONNECTION, eventOf } from './fixtures/rows.ts';

const encoder = ecsEncoder({ version: '0.1.0' });
const encode = (row: Parameters<typeof encoder.encode>[0]) => JSON.parse(encoder.encode(row));

describe('documents of the Elastic Common Schema', () => {
  it('are those of a slow reference, for any row', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = encoder.encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(ecsReference(row))));
      }),
      { numRuns: 400 },
    );
  });

  it('have only names of the list, or ours', () => {
    for (const path of ecsPaths()) expect(ECS_FIELDS.has(path) || path.startsWith('vedette.'), path).toBe(true);
    for (const column of COLUMNS as readonly Column[])
      if (column.ecs) expect(ECS_FIELDS.has(column.ecs), column.ecs).toBe(true);
  });

  it('use every name of the list', () => {
    const inside = ['threat.enrichments.'];
    const paths = new Set(ecsPaths());
    for (const name of ECS_FIELDS.keys())
      if (!inside.some((prefix) => name.startsWith(prefix))) expect(paths.has(name), name).toBe(true);
  });

  it('have the units and types that ECS wants', () => {
    const document = encode(CONNECTION);
    expect(document['@timestamp']).toBe('2025-11-21T15:46:40.123456Z');
    expect(document.event).toMatchObject({
      duration: 1_250_000_000,
      end: '2025-11-21T15:46:41.373456Z',
      category: ['network'],
      type: ['connection', 'start', 'end'],
      outcome: 'success',
      risk_score: 75,
    });
    expect(document.network).toMatchObject({ transport: 'tcp', iana_number: '6', type: 'ipv4', vlan: { id: '12' } });
    expect(document.destination.geo.location).toEqual({ lat: 52.37, lon: 4.89 });
    expect(document.source.geo).toBeUndefined();
    expect(document.related).toEqual({
      ip: ['10.1.2.3', '203.0.113.34', '198.51.100.7'],
      hosts: ['www.example.com'],
      user: ['mallory'],
    });
    expect(document.threat.enrichments).toEqual([
      {
        indicator: {
          name: '203.0.113.0/24',
          type: 'ipv4-addr',
          confidence: 'High',
          description: 'c2',
          provider: 'list',
        },
        matched: { atomic: '203.0.113.34', field: 'destination.ip', type: 'indicator_match_rule' },
      },
    ]);
    expect(document.vedette).toMatchObject({
      kind: 'conn',
      state: 'SF',
      risk: { reasons: ['intel.c2', 'intel.contact'] },
    });
  });

  it('put the state and the name where the kind of event has them', () => {
    const dns = encode(eventOf('dns', { state: '3', attrs: '{"qtype_name":"AAAA","trans_id":7}' }));
    expect(dns.dns).toEqual({
      id: '7',
      question: { name: 'www.example.com', type: 'AAAA' },
      response_code: 'NXDOMAIN',
    });
    expect(dns.destination.domain).toBeUndefined();
    const http = encode(eventOf('http', { state: '404', attrs: '{"method":"GET","uri":"/a?b=c","user_agent":"x"}' }));
    expect(http.http).toEqual({ request: { method: 'GET' }, response: { status_code: 404 } });
    expect(http.url).toEqual({ domain: 'www.example.com', original: '/a?b=c', path: '/a', query: 'b=c' });
    expect(http.event.outcome).toBe('failure');
    const asked = encode(eventOf('conn', { app: 'dns' }));
    expect([asked.dns.question.name, asked.destination.domain]).toEqual(['www.example.com', undefined]);
  });

  it('take no port of ICMP, and no member of attrs of the wrong type', () => {
    const ping = encode({ ...BARE, kind: 'conn', proto: 1, src_port: 8, dst_port: 0 });
    expect([ping.source.port, ping.vedette.icmp]).toEqual([undefined, { type: 8, code: 0 }]);
    const odd = encode(eventOf('http', { attrs: '{"method":{"a":1},"uri":5}' }));
    expect([odd.http, odd.url.original]).toEqual([undefined, undefined]);
    expect(odd.vedette.attrs).toEqual({ method: { a: 1 }, uri: 5 });
  });

  it('leave out what is not known', () => {
    expect(encode(BARE)).toEqual({
      '@timestamp': '2025-11-21T15:46:40.000Z',
      ecs: { version: '8.17.0' },
      agent: { type: 'vedette', version: '0.1.0' },
      event: {
        id: '1',
        kind: 'event',
        category: ['network'],
        type: ['connection'],
        module: 'vedette',
        dataset: 'vedette.flow',
        start: '2025-11-21T15:46:40.000Z',
        created: '2025-11-21T15:46:40.000Z',
        duration: 0,
        risk_score: 0,
      },
      network: { bytes: 0, packets: 0 },
      vedette: { kind: 'flow' },
    });
  });

  it('say the version, and the data stream where there is one', () => {
    const nine = ecsEncoder({ version: '1', ecs: 9, dataStream: { dataset: 'vedette.events', namespace: 'lab' } });
    expect(JSON.parse(nine.encode(BARE))).toMatchObject({
      ecs: { version: '9.4.0' },
      data_stream: { type: 'logs', dataset: 'vedette.events', namespace: 'lab' },
    });
  });
});
