import { describe, expect, it } from 'vitest';
import type { FilterNode } from '../../model/filter/ast.ts';
import { parseFilter } from '../../model/filter/parser.ts';
import { recordOf, trafficFilter } from './event-record.ts';
import { answer, flow, MONDAY, row } from './fixtures/rows.ts';

describe('a record', () => {
  it('has the same key in both directions, and another one for every other connection', () => {
    expect(recordOf(flow())!.key).toBe(recordOf(answer())!.key);
    const others: Record<string, string | number>[] = [
      { src_port: 50_001 },
      { dst_port: 80 },
      { proto: 17 },
      { dst_ip: '198.51.100.8' },
    ];
    expect(new Set([flow(), ...others.map((each) => flow(each))].map((each) => recordOf(each)!.key)).size).toBe(5);
  });

  it('of a sender that knows sums only counts them', () => {
    const sums = { src_bytes: 0, dst_bytes: 0, src_packets: 0, dst_packets: 0, bytes: 700, packets: 7 };
    expect(recordOf(flow(sums))).toMatchObject({ srcBytes: 700, srcPackets: 7, dstBytes: 0 });
  });

  it('takes states and flags from where they mean something', () => {
    expect(recordOf(row({ state: 'S0', tcp_flags: 0x1b, attrs: '{"history":"S"}' }))).toMatchObject({
      state: 'S0',
      flags: 2,
    });
    expect(recordOf(row({ state: 'odd', attrs: '{"history' }))).toMatchObject({ state: '', flags: 0 });
    expect(recordOf(flow({ state: 'idle timeout' }))).toMatchObject({ state: '', flags: 0x1b });
    expect(recordOf(row({ kind: 'dns', state: '2' }))!.state).toBe('SERVFAIL');
    expect(recordOf(row({ kind: 'dns', state: '' }))!.state).toBe('');
  });

  it('names the place of observation', () => {
    expect(recordOf(flow({ flow_direction: 'egress' }))!.point).toBe('router egress');
    expect(recordOf(flow({ exporter: '', source: 'udp:2055' }))!.point).toBe('udp:2055 ');
  });

  it('is none without addresses, without a time, or of what is no traffic', () => {
    expect(recordOf(row({ src_ip: '' }))).toBeUndefined();
    expect(recordOf(row({ ts: 0 }))).toBeUndefined();
    expect(recordOf(row({ kind: 'notice' }))).toBeUndefined();
    expect(recordOf({ kind: 'conn', id: '1', ts: MONDAY, src_ip: '10.0.0.1', dst_ip: '10.0.0.2' })).toMatchObject({
      srcBytes: 0,
      to: MONDAY,
    });
  });
});

it('the filter leaves out what was analysed as packets, whatever else is asked for', () => {
  const fields = (node: FilterNode): string[] =>
    'nodes' in node ? node.nodes.flatMap(fields) : 'node' in node ? fields(node.node) : [node.field.column.name];
  expect(new Set(fields(trafficFilter()))).toEqual(new Set(['kind', 'source']));
  const wanted = trafficFilter(parseFilter('dst.port = 80 or dst.port = 81'));
  expect(wanted).toMatchObject({ op: 'and' });
  expect(fields(wanted)).toEqual([...fields(trafficFilter()), 'dst_port', 'dst_port']);
});
