import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Column } from '../../model/columns.ts';
import type { EventRow } from '../../model/event-row.ts';
import { cimEncoder, cimPaths } from './cim.ts';
import { CIM_NAMES, ES_NAMES, OWN_NAMES } from './fixtures/cim-names.ts';
import { cimReference } from './fixtures/cim-reference.ts';
import { anyRow, BARE, CONNECTION, eventOf } from './fixtures/rows.ts';

const encoder = cimEncoder();
const encode = (row: EventRow) => JSON.parse(encoder.encode(row));

describe('documents of the Common Information Model', () => {
  it('are those of a slow reference, for any row', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const line = encoder.encode(row);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(cimReference(row))));
      }),
      { numRuns: 400 },
    );
  });

  it('have the names of the data models, of threat matches, or ours, and use all of them', () => {
    expect(cimPaths().sort()).toEqual([...CIM_NAMES, ...ES_NAMES, ...OWN_NAMES].sort());
    // The envelope of HEC has these two.
    const envelope = ['_time', 'source'];
    for (const { cim } of COLUMNS as readonly Column[])
      if (cim && !envelope.includes(cim))
        expect(CIM_NAMES.has(cim) || ES_NAMES.has(cim) || OWN_NAMES.has(cim), cim).toBe(true);
  });

  it('are flat, with both spellings of an address and the tags of the model', () => {
    expect(encode(CONNECTION)).toMatchObject({
      src: '10.1.2.3',
      src_ip: '10.1.2.3',
      dest: '203.0.113.34',
      bytes_out: 1000,
      bytes_in: 234,
      duration: 1.25,
      transport: 'tcp',
      tcp_flag: 'FIN,SYN,PSH,ACK',
      action: 'allowed',
      tag: ['network', 'communicate', 'dmz', 'office'],
      threat_match_value: '203.0.113.0/24',
      threat_match_field: 'dest',
      threat_key: 'list',
      dest_city: 'Amsterdam',
    });
    for (const [key, value] of Object.entries(encode(CONNECTION)))
      if (key !== 'attrs') expect(typeof value !== 'object' || Array.isArray(value), key).toBe(true);
  });

  it('have what the model of their kind asks for', () => {
    expect(encode(eventOf('dns', { state: 'NXDOMAIN', attrs: '{"qtype_name":"A"}' }))).toMatchObject({
      tag: ['network', 'resolution', 'dns', 'dmz', 'office'],
      query: 'www.example.com',
      reply_code: 'NXDOMAIN',
      reply_code_id: 3,
      message_type: 'Response',
      record_type: 'A',
    });
    const attrs = '{"method":"GET","uri":"/a?b=1","user_agent":"x/1"}';
    expect(encode(eventOf('http', { state: '404', dst_port: 8080, attrs }))).toMatchObject({
      status: 404,
      action: 'failure',
      http_method: 'GET',
      url: 'http://www.example.com:8080/a?b=1',
      uri_path: '/a',
      uri_query: 'b=1',
    });
    expect(encode(eventOf('notice', { state: 'Scan::Port_Scan' }))).toMatchObject({
      tag: ['ids', 'attack', 'dmz', 'office'],
      signature: 'Scan::Port_Scan',
      severity: 'high',
      ids_type: 'network',
    });
    expect(encode(eventOf('flow', { state: 'denied' })).action).toBe('blocked');
  });

  it('leave out what is not known', () => {
    expect(encode(BARE)).toEqual({
      id: '1',
      timestamp: '2025-11-21T15:46:40.000Z',
      received: '2025-11-21T15:46:40.000Z',
      kind: 'flow',
      vendor_product: 'Vedette',
      action: 'allowed',
      bytes: 0,
      packets: 0,
      risk_score: 0,
      tag: ['network', 'communicate'],
    });
  });
});
