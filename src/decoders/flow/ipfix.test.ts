import { describe, expect, it } from 'vitest';
import {
  EXPORT_SECONDS,
  FLOW,
  flow,
  ip,
  join,
  message10,
  options10,
  SMALL,
  type Spec,
  set,
  small,
  template,
  text,
  u,
  variable,
} from './fixtures/messages.ts';
import { NOW, ports, Receiver } from './fixtures/receiver.ts';

const FLOWS = template(256, ...FLOW);
const VARIABLE = 65_535;

describe('rule 14: sets of templates are 2 and 3', () => {
  it('skips the sets 0, 1 and 4 to 255 by their length', () => {
    const receiver = new Receiver();
    const others = [0, 1, 4, 9, 10, 255].map((id) => set(id, template(300, [8, 4])));
    const rows = receiver.send(message10({}, ...others, set(2, FLOWS), set(256, flow(1))));
    expect(ports(rows)).toEqual([1]);
    expect(receiver.exporter.report().templates.map(({ id }) => id)).toEqual([256]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it.each([1, 3, 24])('takes %d bytes that are less than a record for padding', (length) => {
    const receiver = new Receiver();
    const rows = receiver.send(
      message10({}, set(2, FLOWS), set(256, flow(1), new Uint8Array(length)), set(256, flow(2))),
    );
    expect(ports(rows)).toEqual([1, 2]);
    expect(receiver.counters.malformed).toBe(0);
  });
});

describe('rule 15: only IPFIX has the enterprise bit', () => {
  it('reads the four bytes more of an enterprise field', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [
      [8, 4],
      [8, 4, 99_999],
      [7, 2],
      [1, 4, 29_305],
    ];
    const record = join(ip('192.0.2.1'), u(1, 4), u(5, 2), u(1, 4));
    const rows = receiver.send(
      message10({}, set(2, template(256, ...fields), template(257, ...SMALL)), set(256, record), set(257, small(6))),
    );
    expect(ports(rows)).toEqual([5, 6]);
    expect(rows[0].src_ip).toBe('192.0.2.1');
    expect(receiver.exporter.report().templates[0].fields).toEqual([
      'sourceIPv4Address',
      '99999/8',
      'sourceTransportPort',
      'reverseOctetDeltaCount',
    ]);
  });

  it('reads it in options templates too, in scope and fields', () => {
    const receiver = new Receiver();
    receiver.send(
      message10(
        {},
        set(
          3,
          options10(
            257,
            [
              [1, 4, 99_999],
              [149, 4],
            ],
            [
              [2, 2, 99_999],
              [34, 4],
            ],
          ),
        ),
        set(257, u(0, 4), u(0, 4), u(0, 2), u(64, 4)),
      ),
    );
    expect(receiver.exporter.report().sampling).toMatchObject([{ rate: 64, selector: null, from: 'options' }]);
  });
});

describe('rule 16: fields of variable length', () => {
  it('reads the short form, the long form and the empty one', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [
      [82, VARIABLE],
      [7, 2],
      [83, VARIABLE],
      [8, 4],
      [11, 2],
    ];
    const record = (port: number, first: Uint8Array, second: Uint8Array) =>
      join(first, u(port, 2), second, ip('192.0.2.1'), u(port + 1, 2));
    const rows = receiver.send(
      message10(
        {},
        set(2, template(256, ...fields)),
        set(
          256,
          record(1, variable(text('a')), variable(text('b'.repeat(300)))),
          record(3, variable(text('')), variable(text('c'), true)),
        ),
      ),
    );
    expect(rows).toMatchObject([
      { src_port: 1, dst_port: 2 },
      { src_port: 3, dst_port: 4 },
    ]);
    expect(receiver.exporter.report().templates[0].record_bytes).toBeNull();
  });

  it('ends the set at a record that points past its end, and reads the next set', () => {
    const receiver = new Receiver();
    const cut = join(small(2), u(200, 1), text('short'));
    const rows = receiver.send(
      message10(
        {},
        set(2, template(256, ...SMALL, [82, VARIABLE])),
        set(256, small(1), variable(text('a')), cut),
        set(256, small(3), variable(text('b'))),
      ),
    );
    expect(ports(rows)).toEqual([1, 3]);
    expect(receiver.counters).toMatchObject({ flows: 2, malformed: 1 });
    expect(receiver.rejected).toMatchObject([{ reason: 'MALFORMED_RECORD' }]);
  });

  it('does not take an options record that points past the end of its set', () => {
    const receiver = new Receiver();
    const names = options10(257, [[10, 4]], [[82, VARIABLE]]);
    receiver.send(
      message10({}, set(3, names), set(257, u(1, 4), variable(text('eth1')), u(2, 4), u(9, 1), text('eth'))),
    );
    expect(receiver.exporter.report().interfaces).toMatchObject([{ index: 1, name: 'eth1' }]);
    expect(receiver.counters).toMatchObject({ options: 1, malformed: 1 });
  });
});

describe('rule 17: numbers may be shorter than their type', () => {
  it('reads counters of every length', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [
      [7, 2],
      [8, 4],
      [1, 3],
      [2, 1],
    ];
    const rows = receiver.send(
      message10({}, set(2, template(256, ...fields)), set(256, small(1), u(70_000, 3), u(9, 1))),
    );
    expect(rows).toMatchObject([{ src_port: 1, bytes: 70_000, packets: 9 }]);
  });
});

describe('rule 18: times', () => {
  it('reads microseconds as NTP does', () => {
    const receiver = new Receiver();
    const ntp = join(u(EXPORT_SECONDS + 2_208_988_800, 4), u(2 ** 31, 4));
    const rows = receiver.send(message10({}, set(2, template(256, ...FLOW, [154, 8])), set(256, flow(1), ntp)));
    expect(rows).toMatchObject([{ src_port: 1, ts: EXPORT_SECONDS * 1e6 + 500_000 }]);
  });

  it('takes the uptime of records from the boot time that options tell', () => {
    const receiver = new Receiver();
    const boot = options10(257, [[149, 4]], [[160, 8]]);
    receiver.send(message10({}, set(3, boot), set(257, u(0, 4), u((EXPORT_SECONDS - 100) * 1000, 8))));
    const rows = receiver.send(message10({}, set(2, template(256, ...FLOW, [22, 4])), set(256, flow(1), u(90_000, 4))));
    expect(rows).toMatchObject([{ ts: (EXPORT_SECONDS - 10) * 1e6 }]);
  });

  it('uses the boot time for flows that stand before it, or came before it', () => {
    const receiver = new Receiver();
    const started = template(256, ...FLOW, [22, 4]);
    const boot = options10(257, [[149, 4]], [[160, 8]]);
    receiver.send(message10({}, set(256, flow(1), u(80_000, 4))));
    const rows = receiver.send(
      message10(
        {},
        set(256, flow(2), u(90_000, 4)),
        set(2, started),
        set(257, u(0, 4), u((EXPORT_SECONDS - 100) * 1000, 8)),
        set(3, boot),
      ),
    );
    expect(rows).toMatchObject([
      { src_port: 1, ts: (EXPORT_SECONDS - 20) * 1e6 },
      { src_port: 2, ts: (EXPORT_SECONDS - 10) * 1e6 },
    ]);
  });

  it('uses a boot time that has waited for its template itself', () => {
    const receiver = new Receiver();
    const told = set(257, u(0, 4), u((EXPORT_SECONDS - 100) * 1000, 8));
    receiver.send(message10({}, set(2, template(256, ...FLOW, [22, 4]))));
    receiver.send(message10({}, told));
    const boot = set(3, options10(257, [[149, 4]], [[160, 8]]));
    const rows = receiver.send(message10({}, set(256, flow(1), u(90_000, 4)), boot));
    expect(rows).toMatchObject([{ ts: (EXPORT_SECONDS - 10) * 1e6 }]);
  });
});

describe('rule 19: withdrawals and replacement over UDP', () => {
  it('ignores the withdrawal of a template, of an options template, and of all', () => {
    const receiver = new Receiver();
    receiver.send(message10({}, set(2, FLOWS), set(3, options10(257, [[149, 4]], [[34, 4]]))));
    receiver.send(
      message10({}, set(2, template(256)), set(3, template(257)), set(2, template(2)), set(3, template(3))),
    );
    expect(receiver.exporter.report().templates.map(({ id }) => id)).toEqual([256, 257]);
    expect(ports(receiver.send(message10({}, set(256, flow(1)))))).toEqual([1]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it('takes the templates behind a withdrawal in the same set', () => {
    const receiver = new Receiver();
    receiver.send(message10({}, set(2, template(300), FLOWS, template(257, [7, 2]))));
    expect(receiver.exporter.report().templates.map(({ id }) => id)).toEqual([256, 257]);
  });

  it('replaces a template that is alive by a different one, and knows the same one again', () => {
    const receiver = new Receiver();
    receiver.send(message10({}, set(2, FLOWS)));
    const { revision } = receiver.exporter;
    receiver.send(message10({}, set(2, FLOWS)), { at: NOW + 5e6 });
    expect(receiver.exporter.revision).toBe(revision);
    expect(receiver.exporter.report().templates).toMatchObject([{ first_seen: NOW, last_seen: NOW + 5e6 }]);
    receiver.send(message10({}, set(2, template(256, ...SMALL, [1, 4]))));
    expect(receiver.exporter.revision).toBe(revision + 1);
    expect(receiver.send(message10({}, set(256, small(8), u(77, 4))))).toMatchObject([{ src_port: 8, bytes: 77 }]);
  });
});

describe('rule 20: a template may have an element several times', () => {
  it('reads the fields behind it where they are', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [[58, 2], [58, 2], ...SMALL];
    expect(
      ports(receiver.send(message10({}, set(2, template(256, ...fields)), set(256, u(10, 2), u(20, 2), small(1))))),
    ).toEqual([1]);
  });
});

describe('rule 21: observation domains', () => {
  it('reads the same id of two domains by two templates', () => {
    const receiver = new Receiver();
    receiver.send(message10({ domain: 1 }, set(2, FLOWS)));
    receiver.send(message10({ domain: 4_000_000_000 }, set(2, template(256, ...SMALL))));
    expect(ports(receiver.send(message10({ domain: 1 }, set(256, flow(1)))))).toEqual([1]);
    expect(ports(receiver.send(message10({ domain: 4_000_000_000 }, set(256, small(2)))))).toEqual([2]);
    expect(receiver.exporter.report().templates.map(({ domain }) => domain)).toEqual([1, 4_000_000_000]);
  });

  it('keeps the data of one domain from the template of another', () => {
    const receiver = new Receiver();
    receiver.send(message10({ domain: 1 }, set(256, flow(1))));
    expect(receiver.send(message10({ domain: 2 }, set(2, FLOWS)))).toEqual([]);
    expect(ports(receiver.send(message10({ domain: 1 }, set(2, FLOWS))))).toEqual([1]);
  });
});

describe('rule 22: both directions in one record', () => {
  it('makes one row of a biflow', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [...FLOW, [1, 8, 29_305], [2, 4, 29_305]];
    const rows = receiver.send(message10({}, set(2, template(256, ...fields)), set(256, flow(1), u(500, 8), u(5, 4))));
    expect(rows).toMatchObject([
      { src_bytes: 1000, dst_bytes: 500, bytes: 1500, src_packets: 10, dst_packets: 5, packets: 15 },
    ]);
    expect(receiver.counters.flows).toBe(1);
  });
});

describe('the length in the header', () => {
  it('decodes what is there when the header says more', () => {
    const receiver = new Receiver();
    expect(ports(receiver.send(message10({ length: 500 }, set(2, FLOWS), set(256, flow(1)))))).toEqual([1]);
    expect(receiver.counters.malformed).toBe(1);
    expect(receiver.rejected).toMatchObject([{ reason: 'TRUNCATED' }]);
  });

  it('leaves alone what comes behind the message', () => {
    const receiver = new Receiver();
    const message = message10({}, set(2, FLOWS), set(256, flow(1)));
    expect(ports(receiver.send(join(message, set(256, flow(2)))))).toEqual([1]);
    expect(receiver.rejected).toMatchObject([{ reason: 'TRAILING_BYTES', bytes: set(256, flow(2)) }]);
    expect(ports(receiver.send(join(message, new Uint8Array(30))))).toEqual([1]);
    expect(receiver.counters.malformed).toBe(1);
  });

  it.each([0, 1, 15])('rejects a message that says it has %d bytes', (length) => {
    const receiver = new Receiver();
    expect(receiver.send(message10({ length }, set(2, FLOWS), set(256, flow(1))))).toEqual([]);
    expect(receiver.counters).toMatchObject({ datagrams: 1, malformed: 1 });
  });

  it('decodes messages that were glued together in a file one after the other', () => {
    const receiver = new Receiver();
    const rows = receiver.send(
      join(
        message10({ sequence: 0 }, set(2, FLOWS), set(256, flow(1), flow(2))),
        message10({ sequence: 2, seconds: EXPORT_SECONDS + 9 }, set(256, flow(3))),
        message10({ sequence: 0, domain: 5 }, set(256, flow(4))),
        message10({ sequence: 3 }, set(256, flow(5))),
      ),
    );
    expect(ports(rows)).toEqual([1, 2, 3, 5]);
    expect(rows[2].ts).toBe((EXPORT_SECONDS + 9) * 1e6);
    expect(receiver.counters).toMatchObject({ datagrams: 1, malformed: 0, lost: 0 });
  });
});

describe('the sequence counts data records', () => {
  const options = options10(257, [[149, 4]], [[34, 4]]);

  it('with those of options, without templates', () => {
    const receiver = new Receiver();
    receiver.send(message10({ sequence: 100 }, set(2, FLOWS), set(3, options)));
    receiver.send(message10({ sequence: 100 }, set(256, flow(1), flow(2)), set(257, u(0, 4), u(10, 4))));
    receiver.send(message10({ sequence: 103 }, set(256, flow(3))));
    expect(receiver.counters).toMatchObject({ lost: 0, reordered: 0, duplicates: 0, restarts: 0 });
    receiver.send(message10({ sequence: 114 }, set(256, flow(4))));
    expect(receiver.counters.lost).toBe(10);
  });

  it('is not judged after a set that could not be read, or was cut off', () => {
    for (const unread of [set(300, flow(1)), set(256, flow(1)).subarray(0, 10), join(u(256, 2), u(2, 2))]) {
      const receiver = new Receiver();
      receiver.send(message10({ sequence: 0 }, set(2, FLOWS), unread));
      receiver.send(message10({ sequence: 50 }, set(256, flow(1))));
      expect(receiver.counters).toMatchObject({ lost: 0, restarts: 0 });
      receiver.send(message10({ sequence: 52 }, set(256, flow(1))));
      expect(receiver.counters.lost).toBe(1);
    }
  });
});

describe('sampled frames instead of flows', () => {
  const frames = template(256, [312, 2], [315, 65_535], [34, 4]);
  const ethernet = (etherType: number, ...rest: readonly Uint8Array[]) =>
    join(u(0x020000000001, 6), u(0x020000000002, 6), u(etherType, 2), ...rest);
  const packet = join(
    u(0x45000000 + 1480, 4),
    u(0, 4),
    u(0x40060000, 4),
    ip('192.0.2.1'),
    ip('198.51.100.1'),
    u(50_000, 2),
    u(443, 2),
    u(0, 8),
    u(0x5018, 2),
  );

  it('make a row of the packet in each, by what the packet measured', () => {
    const receiver = new Receiver();
    const tagged = ethernet(0x8100, u(42, 2), u(0x0800, 2), packet);
    const rows = receiver.send(message10({}, set(2, frames), set(256, u(1498, 2), variable(tagged), u(100, 4))));
    expect(rows).toMatchObject([
      {
        src_ip: '192.0.2.1',
        dst_ip: '198.51.100.1',
        src_port: 50_000,
        dst_port: 443,
        proto: 6,
        tcp_flags: 0x18,
        vlan: 42,
        bytes: 148_000,
        packets: 100,
        sampling: 100,
      },
    ]);
  });

  it('make no row where there is no packet of IP, and leave nothing behind for the next one', () => {
    const receiver = new Receiver();
    const arp = ethernet(0x8100, u(7, 2), u(0x0806, 2), new Uint8Array(28));
    const rows = receiver.send(
      message10(
        {},
        set(2, frames),
        set(256, u(64, 2), variable(arp), u(100, 4), u(1494, 2), variable(ethernet(0x0800, packet)), u(0, 4)),
      ),
    );
    expect(rows).toMatchObject([{ src_port: 50_000, bytes: 1480, packets: 1 }]);
    expect(rows[0].vlan).toBeUndefined();
    expect(receiver.counters.flows).toBe(1);
  });
});
