import { describe, expect, it } from 'vitest';
import {
  EXPORT_SECONDS,
  FLOW,
  flow,
  ip,
  join,
  message9,
  options9,
  type Spec,
  set,
  template,
  text,
  UPTIME,
  u,
} from './fixtures/messages.ts';
import { NOW, ports, Receiver } from './fixtures/receiver.ts';

const FLOWS = template(256, ...FLOW);

describe('rule 5: sets are found by their length', () => {
  it.each([0, 1, 30, 65_535])('does not use a count of %d in the header', (count) => {
    const receiver = new Receiver();
    const rows = receiver.send(message9({ count }, set(0, FLOWS), set(256, flow(1), flow(2)), set(256, flow(3))));
    expect(ports(rows)).toEqual([1, 2, 3]);
    expect(receiver.counters).toMatchObject({ malformed: 0, flows: 3 });
  });

  it('stops without complaint at zeros that fill the datagram', () => {
    const receiver = new Receiver();
    const rows = receiver.send(message9({}, set(0, FLOWS), set(256, flow(1)), new Uint8Array(1200)));
    expect(ports(rows)).toEqual([1]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it.each([1, 2, 3])('stops at a set of %d bytes, and says so', (length) => {
    const receiver = new Receiver();
    const broken = join(u(256, 2), u(length, 2));
    const rows = receiver.send(message9({}, set(0, FLOWS), set(256, flow(1)), broken, set(256, flow(2))));
    expect(ports(rows)).toEqual([1]);
    expect(receiver.counters.malformed).toBe(1);
    expect(receiver.rejected).toMatchObject([{ reason: 'MALFORMED_SET', bytes: join(broken, set(256, flow(2))) }]);
  });

  it('reads the whole records of a set that is cut off', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(0, FLOWS)));
    const whole = message9({}, set(256, flow(1), flow(2), flow(3)));
    expect(ports(receiver.send(whole.subarray(0, whole.length - 4)))).toEqual([1, 2]);
    expect(receiver.counters.malformed).toBe(1);
    expect(receiver.rejected).toMatchObject([{ reason: 'TRUNCATED' }]);
  });

  it.each([0, 1, 19])('rejects a datagram of %d bytes', (length) => {
    const receiver = new Receiver();
    expect(receiver.send(message9({}).subarray(0, length), { as: 9 })).toEqual([]);
    expect(receiver.counters).toMatchObject({ datagrams: 1, bytes: length, malformed: 1 });
    expect(receiver.exporter.report().clock_skew).toBeNull();
  });

  it('counts a datagram once, and its clock', () => {
    const receiver = new Receiver();
    const message = message9({}, set(0, FLOWS), set(256, flow(1), flow(2)));
    receiver.send(message);
    expect(receiver.counters).toMatchObject({ datagrams: 1, bytes: message.length, flows: 2 });
    expect(receiver.exporter.report()).toMatchObject({ clock_skew: 0.5, first_seen: NOW, last_seen: NOW });
  });

  it('skips the reserved ids', () => {
    const receiver = new Receiver();
    const rows = receiver.send(
      message9({}, set(2, FLOWS), set(3, FLOWS), set(9, u(1, 4)), set(255, FLOWS), set(0, FLOWS), set(256, flow(1))),
    );
    expect(ports(rows)).toEqual([1]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it('decodes datagrams that were glued together in a file one after the other', () => {
    const receiver = new Receiver();
    const rows = receiver.send(
      join(
        message9({ sequence: 1, source: 7 }, set(0, FLOWS), set(256, flow(1))),
        message9({ sequence: 2, source: 7, seconds: EXPORT_SECONDS + 5 }, set(256, flow(2))),
        message9({ sequence: 4, source: 8 }, set(0, FLOWS), set(256, flow(3))),
      ),
    );
    expect(ports(rows)).toEqual([1, 2, 3]);
    expect(rows.map(({ ts }) => ts)).toEqual([0, 5, 0].map((more) => (EXPORT_SECONDS + more) * 1e6));
    expect(receiver.counters).toMatchObject({ datagrams: 1, malformed: 0, lost: 0 });
  });
});

describe('rule 6: padding', () => {
  it.each([1, 2, 3, 7, 24])('leaves %d bytes that are less than a record alone', (length) => {
    const receiver = new Receiver();
    const rows = receiver.send(
      message9({}, set(0, FLOWS), set(256, flow(1), flow(2), new Uint8Array(length)), set(256, flow(3))),
    );
    expect(ports(rows)).toEqual([1, 2, 3]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it.each([1, 2, 3, 4, 8])('leaves %d bytes behind the templates of a set alone', (length) => {
    const receiver = new Receiver();
    const options = options9(257, [[1, 4]], [[34, 4]]);
    receiver.send(message9({}, set(0, FLOWS, new Uint8Array(length)), set(1, options, new Uint8Array(length))));
    expect(receiver.exporter.report().templates).toHaveLength(2);
    expect(receiver.counters.malformed).toBe(0);
  });

  it('does not read records without bytes, for ever', () => {
    const receiver = new Receiver();
    const nothing = message9({}, set(0, template(256, [8, 0], [12, 0])), set(1, options9(257, [[1, 0]], [[34, 0]])));
    receiver.send(nothing);
    expect(receiver.send(message9({}, set(256, new Uint8Array(40)), set(257, new Uint8Array(40))))).toEqual([]);
    expect(receiver.counters).toMatchObject({ flows: 0, options: 0, malformed: 1 });
  });

  it('learns nothing from a template without fields', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(0, template(256), FLOWS), set(1, options9(257, [], []))));
    expect(receiver.exporter.report().templates).toMatchObject([{ id: 256, record_bytes: 25 }]);
    expect(receiver.counters.malformed).toBe(0);
  });
});

describe('rule 7: options templates give lengths in bytes', () => {
  it('reads scopes and fields of every length, one of zero bytes too', () => {
    const receiver = new Receiver();
    const sampler = options9(
      257,
      [
        [1, 0],
        [2, 2],
      ],
      [
        [34, 4],
        [35, 1],
      ],
    );
    const rows = receiver.send(
      message9({}, set(0, FLOWS), set(1, sampler), set(257, u(3, 2), u(50, 4), u(2, 1)), set(256, flow(1))),
    );
    expect(rows).toMatchObject([{ sampling: 50 }]);
    expect(receiver.exporter.report().templates[1]).toMatchObject({
      kind: 'options',
      fields: ['system', 'interface', 'samplingInterval', 'samplingAlgorithm'],
      record_bytes: 7,
    });
  });

  it('rejects lengths that are no whole fields', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(1, join(u(257, 2), u(3, 2), u(4, 2), u(1, 4), u(34, 4)))));
    expect(receiver.rejected).toMatchObject([{ reason: 'MALFORMED_TEMPLATE' }]);
    expect(receiver.exporter.report().templates).toEqual([]);
  });
});

describe('rule 8: the length of a field is what the template says', () => {
  it.each([1, 2, 3, 4, 5, 8])('reads counters of %d bytes', (length) => {
    const receiver = new Receiver();
    const fields: Spec[] = [
      [8, 4],
      [7, 2],
      [1, length],
      [10, 2],
      [14, 4],
    ];
    const record = join(ip('192.0.2.1'), u(1, 2), u(200, length), u(3, 2), u(70_000, 4));
    const rows = receiver.send(message9({}, set(0, template(256, ...fields)), set(256, record)));
    expect(rows).toMatchObject([{ src_port: 1, bytes: 200, input_if: 3, output_if: 70_000 }]);
  });

  it('skips fields that nobody knows by their length', () => {
    const receiver = new Receiver();
    const fields: Spec[] = [
      [60_000, 7],
      [8, 4],
      [33_333, 300],
      [7, 2],
    ];
    const record = join(new Uint8Array(7).fill(1), ip('192.0.2.1'), new Uint8Array(300).fill(2), u(5, 2));
    const rows = receiver.send(message9({}, set(0, template(256, ...fields)), set(256, record, record)));
    expect(ports(rows)).toEqual([5, 5]);
    expect(rows[0].src_ip).toBe('192.0.2.1');
  });
});

describe('rule 10: the sequence counts the datagrams of a Source ID', () => {
  it('tells loss, reordering and duplicates apart, each Source ID for itself', () => {
    const receiver = new Receiver();
    const send = (source: number, sequence: number) => receiver.send(message9({ source, sequence }, set(0, FLOWS)));
    for (const sequence of [10, 11, 12, 20, 21]) send(1, sequence);
    for (const sequence of [500, 501]) send(2, sequence);
    expect(receiver.counters).toMatchObject({ lost: 7, reordered: 0, duplicates: 0, restarts: 0 });
    send(1, 15);
    send(2, 501);
    expect(receiver.counters).toMatchObject({ lost: 6, reordered: 1, duplicates: 1, restarts: 0 });
  });

  it('goes on over the end of 32 bits', () => {
    const receiver = new Receiver();
    for (const sequence of [2 ** 32 - 2, 2 ** 32 - 1, 0, 1]) receiver.send(message9({ sequence }, set(0, FLOWS)));
    expect(receiver.counters).toMatchObject({ lost: 0, restarts: 0 });
  });
});

describe('rule 12: the security events of a Cisco ASA', () => {
  const fields: Spec[] = [
    [148, 4],
    [8, 4],
    [7, 2],
    [12, 4],
    [11, 2],
    [4, 1],
    [40_005, 1],
    [323, 8],
    [40_001, 4],
  ];
  const event = (port: number, code: number) =>
    join(
      u(9, 4),
      ip('192.0.2.1'),
      u(port, 2),
      ip('198.51.100.1'),
      u(443, 2),
      u(6, 1),
      u(code, 1),
      u(NOW / 1000, 8),
      ip('203.0.113.9'),
    );

  it('makes a row of an event without bytes, with counters of zero', () => {
    const receiver = new Receiver();
    const rows = receiver.send(message9({}, set(0, template(263, ...fields)), set(263, event(1, 1), event(2, 3))));
    expect(rows).toMatchObject([
      { src_port: 1, src_ip: '192.0.2.1', dst_ip: '198.51.100.1', state: 'created', src_nat_ip: '203.0.113.9' },
      { src_port: 2, state: 'denied' },
    ]);
    for (const name of ['bytes', 'packets', 'src_bytes', 'dst_bytes']) expect(rows[0][name]).toBeUndefined();
    expect(receiver.counters.flows).toBe(2);
  });
});

describe('Cisco options that come under another Source ID than the flows', () => {
  it('are used for them: sampler, interfaces and applications', () => {
    const receiver = new Receiver();
    const samplers = options9(
      260,
      [[1, 4]],
      [
        [48, 1],
        [49, 1],
        [50, 4],
      ],
    );
    const interfaces = options9(
      261,
      [[1, 4]],
      [
        [10, 4],
        [82, 8],
        [83, 16],
      ],
    );
    const applications = options9(
      262,
      [[1, 4]],
      [
        [95, 4],
        [96, 8],
        [94, 16],
      ],
    );
    receiver.send(message9({ source: 0 }, set(1, samplers, interfaces, applications)));
    receiver.send(
      message9(
        { source: 0 },
        set(260, u(0, 4), u(3, 1), u(2, 1), u(1000, 4)),
        set(261, u(0, 4), u(7, 4), text('Gi0/7', 8), text('to the lab', 16)),
        set(262, u(0, 4), u(3 * 2 ** 24 + 53, 4), text('dns', 8), text('Domain names', 16)),
      ),
    );
    const rows = receiver.send(
      message9(
        { source: 256 },
        set(0, template(256, ...FLOW, [48, 1], [95, 4])),
        set(256, flow(1), u(3, 1), u(3 * 2 ** 24 + 53, 4)),
      ),
    );
    expect(rows).toMatchObject([{ src_port: 1, bytes: 1_000_000, packets: 10_000, sampling: 1000, app: 'dns' }]);
    expect(receiver.exporter.report().interfaces).toMatchObject([
      { index: 7, name: 'Gi0/7', description: 'to the lab' },
    ]);
    expect(receiver.counters.options).toBe(3);
  });
});

describe('rows', () => {
  it('go on in a new batch when one is full, under the codes of that one', () => {
    const receiver = new Receiver({ capacity: 3 });
    const many = Array.from({ length: 10 }, (_, i) => flow(i + 1));
    const rows = receiver.send(message9({}, set(0, FLOWS), set(256, ...many)), { source: 'udp:9995' });
    expect(ports(rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const row of rows) expect(row).toMatchObject({ source: 'udp:9995', exporter: '192.0.2.250', received: NOW });
    expect(receiver.counters.flows).toBe(10);
    expect(receiver.exporter.report().templates).toMatchObject([{ records: 10 }]);
  });

  it('of a datagram that the sink refused are not taken up again with the next one', () => {
    const receiver = new Receiver({ capacity: 1 });
    receiver.send(message9({}, set(0, FLOWS)));
    const { full } = receiver;
    receiver.full = () => {
      throw new Error('stopped');
    };
    expect(() => receiver.send(message9({}, set(256, flow(1), flow(2)), set(256, flow(3))))).toThrow('stopped');
    receiver.full = full;
    receiver.take();
    expect(ports(receiver.send(message9({}, set(256, flow(4)))))).toEqual([4]);
  });

  it('bear the name that is configured, and the time of the exporter', () => {
    const receiver = new Receiver({ settings: { name: 'edge-1' } });
    const started = template(256, ...FLOW, [22, 4]);
    const rows = receiver.send(message9({}, set(0, started), set(256, flow(1), u(UPTIME - 1500, 4))));
    expect(rows).toMatchObject([{ exporter: 'edge-1', ts: EXPORT_SECONDS * 1e6 - 1.5e6 }]);
  });
});
