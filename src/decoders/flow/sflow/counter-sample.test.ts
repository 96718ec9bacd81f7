import { describe, expect, it } from 'vitest';
import type { InterfaceCounters } from '../../../model/exporter.ts';
import { decodeSflow, RECEIVED_AT } from '../fixtures/decode-sflow.ts';
import { join, u32 } from '../fixtures/frames.ts';
import {
  block,
  counterSample,
  datagramOf,
  expandedCounterSample,
  genericCounters,
  text,
  u64,
} from '../fixtures/sflow-datagram.ts';
import type { FieldValue, FlowObserver } from '../flow-observer.ts';

const GENERIC = genericCounters(101, {
  speed: 1e9,
  status: 3,
  in_octets: 21_286_022_420_858,
  in_unicast: 1_153_749_508,
  in_multicast: 81_495_048,
  in_broadcast: 2_502_106,
  in_discards: 5,
  in_errors: 6,
  out_octets: 2 ** 53 - 1,
  out_unicast: 10,
  out_multicast: 20,
  out_broadcast: 30,
  out_discards: 7,
  out_errors: 8,
});

const COUNTERS: InterfaceCounters = {
  at: RECEIVED_AT,
  speed: 1e9,
  up: true,
  in_octets: 21_286_022_420_858,
  out_octets: 2 ** 53 - 1,
  in_packets: 1_237_746_662,
  out_packets: 60,
  in_errors: 6,
  out_errors: 8,
  in_discards: 5,
  out_discards: 7,
};

interface Seen {
  readonly index: number;
  readonly counters: InterfaceCounters | null;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** What an observer sees of one counter sample. */
function observed(...records: Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  const observer: FlowObserver = {
    template: () => {},
    options: () => {},
    counters: (_exporter, index, counters, fields) => seen.push({ index, counters, fields }),
  };
  decodeSflow([datagramOf([counterSample(records)])], { observer });
  return seen;
}

describe('a counter sample', () => {
  it('gives the newest counters of its interface, and no row', () => {
    for (const sample of [counterSample([GENERIC]), expandedCounterSample([GENERIC])]) {
      const { rows, rejected, exporter } = decodeSflow([datagramOf([sample])]);
      expect([rows, rejected]).toEqual([[], []]);
      expect(exporter.interfaces.report()).toMatchObject([{ index: 101, counters: COUNTERS }]);
      expect(exporter.counters).toMatchObject({ counter_samples: 1, flows: 0, malformed: 0 });
    }
  });

  it('says what the agent does not know', () => {
    const unknown = genericCounters(1, {
      speed: 0,
      status: null,
      in_octets: null,
      in_multicast: null,
      in_broadcast: null,
      in_unicast: 28,
      in_errors: null,
      in_discards: null,
      out_unicast: null,
      out_multicast: null,
      out_broadcast: null,
    });
    const { exporter } = decodeSflow([datagramOf([counterSample([unknown])])]);
    expect(exporter.interfaces.report()[0].counters).toEqual({
      at: RECEIVED_AT,
      speed: null,
      up: null,
      in_octets: null,
      out_octets: 0,
      in_packets: 28,
      out_packets: null,
      in_errors: null,
      out_errors: 0,
      in_discards: null,
      out_discards: 0,
    });
  });

  it.each([
    [0, false],
    [1, false],
    [2, true],
    [3, true],
  ])('takes status %i for up: %s', (status, up) => {
    const { exporter } = decodeSflow([datagramOf([counterSample([genericCounters(1, { status })])])]);
    expect(exporter.interfaces.report()[0].counters?.up).toBe(up);
  });

  it('never gives more than 2^53', () => {
    const record = genericCounters(1, { in_octets: 2 ** 60 });
    const { exporter } = decodeSflow([datagramOf([counterSample([record])])]);
    expect(exporter.interfaces.report()[0].counters?.in_octets).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('names its interface', () => {
    const { exporter } = decodeSflow([datagramOf([counterSample([GENERIC, block(1005, text('eno1'))])])]);
    expect(exporter.interfaces.report()).toMatchObject([{ index: 101, name: 'eno1', named_by: 'options' }]);
    expect(exporter.revision).toBe(1);
    const other = decodeSflow([datagramOf([counterSample([block(1005, text('eth7'))], 7)])]);
    expect(other.exporter.interfaces.report()).toMatchObject([{ index: 7, name: 'eth7', counters: null }]);
    expect(other.exporter.counters.counter_samples).toBe(1);
  });

  it('is read to where it is cut', () => {
    const { exporter, rejected } = decodeSflow([datagramOf([counterSample([GENERIC, block(2, [], 52)])])]);
    expect(exporter.counters).toMatchObject({ counter_samples: 1, malformed: 1 });
    expect(rejected).toHaveLength(1);
    const short = decodeSflow([datagramOf([counterSample([block(1, new Uint8Array(84))])])]);
    expect(short.exporter.interfaces.report()).toEqual([]);
    expect(decodeSflow([datagramOf([block(2, new Uint8Array(8))])]).rejected).toHaveLength(1);
  });
});

describe('an observer of counter samples', () => {
  it('sees the fields by their names', () => {
    const ethernet = block(2, join(...Array.from({ length: 13 }, (_, i) => u32(i === 1 ? 0xffffffff : i))));
    const [seen] = observed(GENERIC, ethernet, block((9 << 12) | 1, [0, 0, 0, 1]));
    expect(seen).toMatchObject({ index: 101, counters: COUNTERS });
    expect(seen.fields).toMatchObject({
      ifIndex: 101,
      ifInMulticastPkts: 81_495_048,
      dot3StatsAlignmentErrors: 0,
      dot3StatsSymbolErrors: 12,
    });
    expect(seen.fields).not.toHaveProperty('dot3StatsFCSErrors');
  });

  it('sees those of hosts', () => {
    const float = (value: number) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value);
      return bytes;
    };
    const uuid = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
    const [seen] = observed(
      block(2000, join(text('web-1'), uuid, u32(3), u32(2), text('6.1.0'))),
      block(2003, join(float(0.3), float(-1), float(1.25), u32(2), u32(300))),
      block(2004, join(u64(8 * 2 ** 30), [255, 255, 255, 255, 255, 255, 255, 255], u64(2 ** 60))),
      block(1001, join(u32(1234), u32(0xffffffff), u32(5))),
    );
    expect(seen.index).toBe(7);
    expect(seen.counters).toBeNull();
    expect(seen.fields).toEqual({
      hostname: 'web-1',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      machine_type: 3,
      os_name: 2,
      os_release: '6.1.0',
      load_one: 0.3,
      load_fifteen: 1.25,
      proc_run: 2,
      proc_total: 300,
      mem_total: 8 * 2 ** 30,
      mem_shared: '1152921504606846976',
      cpu_5s: 12.34,
      cpu_5m: 0.05,
    });
  });

  it('sees LACP with its addresses, and nothing of a text that is cut', () => {
    const [seen] = observed(
      block(7, join([2, 0, 0, 0, 0, 1, 0, 0], [2, 0, 0, 0, 0, 2, 0, 0], u32(9))),
      block(2000, u32(99)),
    );
    expect(seen.fields).toEqual({
      dot3adAggPortActorSystemID: '02:00:00:00:00:01',
      dot3adAggPortPartnerOperSystemID: '02:00:00:00:00:02',
      dot3adAggPortAttachedAggID: 9,
    });
  });
});
