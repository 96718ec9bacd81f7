import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../../model/event-row.ts';
import { OCSF_FACTS } from './fixtures/ocsf-facts.ts';
import { ocsfReference } from './fixtures/ocsf-reference.ts';
import { ocsfFaults } from './fixtures/ocsf-validator.ts';
import { anyRow, BARE, CONNECTION, eventOf } from './fixtures/rows.ts';
import { ALL_KINDS } from './kind-names.ts';
import { ocsfEncoder } from './ocsf.ts';

const encoder = ocsfEncoder({ version: '0.1.0' });
const encode = (row: EventRow) => JSON.parse(encoder.encode(row));

describe('documents of the Open Cybersecurity Schema Framework', () => {
  it('are those of a slow reference, for any row', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = encoder.encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(ocsfReference(row))));
      }),
      { numRuns: 400 },
    );
  });

  it('are valid for any row with a time', () => {
    const isTimed = (row: EventRow) => typeof row.ts === 'number' && typeof row.id === 'string';
    fc.assert(
      fc.property(anyRow, (row) => {
        fc.pre(isTimed(row));
        expect(ocsfFaults(encode(row), OCSF_FACTS)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('would be found at fault by the validator if they were', () => {
    const sound = encode(CONNECTION);
    const { direction_id: _, ...undirected } = sound.connection_info;
    const faulty = {
      ...sound,
      type_uid: 400199,
      time: 1.5,
      extra: 1,
      connection_info: undirected,
      metadata: { ...sound.metadata, labels: 'dmz' },
      src_endpoint: { port: 70_000 },
    };
    expect(ocsfFaults(sound, OCSF_FACTS)).toEqual([]);
    expect(ocsfFaults(faulty, OCSF_FACTS).sort()).toEqual([
      'connection_info.direction_id is missing',
      'extra is no attribute of 4001',
      'metadata.labels is no array',
      'src_endpoint. has none of ip,hostname',
      'src_endpoint.port is no port_t: 70000',
      'time is no timestamp_t: 1.5',
      'type_uid is 400199',
    ]);
  });

  it('are of the class of their kind, whatever the risk', () => {
    const uids = Object.fromEntries(
      ALL_KINDS.map((kind) => [kind, encode(eventOf(kind, { state: kind === 'http' ? '200' : 'S0' })).type_uid]),
    );
    expect(uids).toEqual({
      flow: 400106,
      conn: 400106,
      packet: 400106,
      tls: 400106,
      weird: 400106,
      file: 400106,
      honeypot: 400106,
      dns: 400306,
      http: 400200,
      notice: 200401,
    });
    expect(encode(eventOf('conn', { state: 'REJ' })).type_uid).toBe(400105);
    expect(encode(eventOf('http', { state: '' })).class_uid).toBe(4001);
    expect(encode(eventOf('http', { state: '', attrs: '{"method":"post"}' })).type_uid).toBe(400206);
  });

  it('have milliseconds, sides as seen from the source, and the profiles of what they carry', () => {
    expect(encode(CONNECTION)).toMatchObject({
      time: 1_763_740_000_123,
      severity_id: 4,
      risk_score: 75,
      risk_level_id: 3,
      metadata: { profiles: ['host', 'security_control', 'osint'], labels: ['dmz', 'office'], version: '1.8.0' },
      traffic: { bytes_out: 1000, bytes_in: 234, timespan: { duration: 1250, type_id: 1 } },
      connection_info: { direction_id: 2, protocol_num: 6, protocol_name: 'tcp', protocol_ver_id: 4 },
      dst_endpoint: { location: { country: 'NL', city: 'Amsterdam', lat: 52.37, long: 4.89 } },
      osint: [{ value: '203.0.113.0/24', type_id: 1, subnet: '203.0.113.0/24', confidence_id: 3, category: 'c2' }],
    });
  });

  it('make a finding of a notice, with its evidence', () => {
    const document = encode(eventOf('notice', { state: 'Scan::Port_Scan', attrs: '{"msg":"15 ports"}' }));
    expect(document).toMatchObject({
      is_alert: true,
      finding_info: { uid: CONNECTION.id, title: 'Scan::Port_Scan', desc: '15 ports' },
      evidences: [{ src_endpoint: { ip: '10.1.2.3' }, connection_info: { direction_id: 2 } }],
    });
    expect(document.unmapped.bytes).toBe(1234);
  });

  it('leave out what is not known', () => {
    expect(encode(BARE)).toEqual({
      class_uid: 4001,
      category_uid: 4,
      activity_id: 6,
      type_uid: 400106,
      severity_id: 1,
      time: 1_763_740_000_000,
      metadata: {
        uid: '1',
        version: '1.8.0',
        product: { name: 'Vedette', vendor_name: 'Vedette', version: '0.1.0' },
        logged_time: 1_763_740_000_000,
        log_name: 'flow',
      },
      traffic: { bytes: 0, packets: 0 },
      connection_info: { direction_id: 0, direction: 'Unknown' },
    });
  });
});
