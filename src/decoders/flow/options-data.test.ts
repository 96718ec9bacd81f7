import { describe, expect, it } from 'vitest';
import {
  FLOW,
  ip,
  join,
  message9,
  message10,
  options9,
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
import { Receiver, type ReceiverOptions } from './fixtures/receiver.ts';
import type { FlowObserver, OptionsRecord } from './flow-observer.ts';

const FLOWS = template(256, ...FLOW);
const DOMAIN: Spec = [149, 4];

describe('names of interfaces', () => {
  it('come from the scope of NetFlow v9, or from the fields', () => {
    const receiver = new Receiver();
    const byScope = options9(300, [[2, 2]], [[82, 8]]);
    const byField = options10(
      300,
      [[10, 4]],
      [
        [82, 65_535],
        [83, 65_535],
      ],
    );
    const egress = options10(
      301,
      [DOMAIN],
      [
        [14, 4],
        [83, 8],
      ],
    );
    receiver.send(message9({}, set(1, byScope), set(300, u(1, 2), text('eth1', 8))));
    receiver.send(message10({}, set(3, byField, egress)));
    receiver.send(
      message10(
        {},
        set(300, u(2, 4), variable(text('eth2')), variable(text('uplink é'))),
        set(301, u(0, 4), u(3, 4), text('lab', 8)),
      ),
    );
    expect(receiver.exporter.report().interfaces).toMatchObject([
      { index: 1, name: 'eth1', description: '' },
      { index: 2, name: 'eth2', description: 'uplink é' },
      { index: 3, name: '', description: 'lab' },
    ]);
  });

  it('raise the revision only when they are news', () => {
    const receiver = new Receiver();
    receiver.send(message10({}, set(3, options10(300, [[10, 4]], [[82, 8]]))));
    const { exporter } = receiver;
    const tell = (name: string) => {
      const before = exporter.revision;
      receiver.send(message10({}, set(300, u(1, 4), text(name, 8))));
      return exporter.revision - before;
    };
    expect([tell('eth1'), tell('eth1'), tell('eth2'), tell('eth2'), tell('')]).toEqual([1, 0, 1, 0, 0]);
  });
});

describe('names of applications', () => {
  it('are found whatever the length of the id, by name or else by description', () => {
    const receiver = new Receiver();
    const table = options10(
      300,
      [[95, 65_535]],
      [
        [96, 65_535],
        [94, 65_535],
      ],
    );
    const entry = (id: Uint8Array, name: string, about: string) =>
      join(variable(id), variable(text(name)), variable(text(about)));
    const private_ = join(u(20, 1), u(35_632, 4), u(1234, 4));
    receiver.send(
      message10(
        {},
        set(3, table),
        set(
          300,
          entry(u(0x0d000050, 4), 'http', 'Web'),
          entry(u(0x03000035, 4), '', 'dns'),
          entry(private_, 'ntop', ''),
        ),
      ),
    );
    const rows = receiver.send(
      message10(
        {},
        set(2, template(256, ...SMALL, [95, 65_535])),
        set(
          256,
          ...[u(0x0d000050, 4), u(0x0d50, 2), u(0x03000035, 4), private_].map((id) => join(small(1), variable(id))),
        ),
      ),
    );
    expect(rows.map(({ app }) => app)).toEqual(['http', 'http', 'dns', 'ntop']);
  });
});

describe('somebody who watches', () => {
  function watched(options: ReceiverOptions = {}) {
    const templates: unknown[] = [];
    const records: OptionsRecord[] = [];
    const observer: FlowObserver = {
      template: (_, { id, kind, fields }) => templates.push([id, kind, fields]),
      options: (_, record) => records.push(record),
      counters: () => expect.unreachable(),
    };
    return { receiver: new Receiver({ ...options, observer }), templates, records };
  }

  it('sees each template when it is new or changed', () => {
    const { receiver, templates } = watched();
    receiver.send(
      message9(
        {},
        set(0, FLOWS),
        set(
          1,
          options9(
            300,
            [
              [1, 4],
              [9, 2],
            ],
            [[34, 4]],
          ),
        ),
      ),
    );
    receiver.send(message9({}, set(0, FLOWS, template(256, [7, 2]))));
    expect(templates).toEqual([
      [256, 'data', expect.arrayContaining(['sourceIPv4Address', 'octetDeltaCount'])],
      [300, 'options', ['system', 'scope/9', 'samplingInterval']],
      [256, 'data', ['sourceTransportPort']],
    ]);
  });

  it('sees options records with their names, scope apart, and a repeated field as a list', () => {
    const { receiver, records } = watched();
    const fields: Spec[] = [
      [82, 65_535],
      [8, 4],
      [27, 16],
      [56, 6],
      [160, 8],
      [99, 4, 99_999],
      [41, 8],
      [41, 8],
      [41, 1],
    ];
    receiver.send(message10({ domain: 3 }, set(3, options10(300, [[144, 4]], fields))));
    receiver.send(
      message10(
        { domain: 3 },
        set(
          300,
          u(9, 4),
          variable(text('ge-0/0/0')),
          ip('192.0.2.1'),
          ip('2001:db8::1'),
          u(0x020000000001, 6),
          u(1_700_000_000_000, 8),
          u(5, 4),
          u(2 ** 53, 8),
          u(2, 8),
          u(3, 1),
        ),
      ),
    );
    expect(records).toEqual([
      {
        protocol: 'ipfix',
        domain: 3,
        template: 300,
        scope: { exportingProcessId: 9 },
        fields: {
          interfaceName: 'ge-0/0/0',
          sourceIPv4Address: '192.0.2.1',
          sourceIPv6Address: '2001:db8::1',
          sourceMacAddress: '02:00:00:00:00:01',
          systemInitTimeMilliseconds: '2023-11-14T22:13:20.000Z',
          '99999/99': 5,
          exportedMessageTotalCount: ['9007199254740992', 2, 3],
        },
      },
    ]);
  });

  it('sees the scope of NetFlow v9, and no field without bytes', () => {
    const { receiver, records } = watched();
    receiver.send(
      message9(
        { source: 4 },
        set(
          1,
          options9(
            300,
            [
              [1, 0],
              [2, 4],
            ],
            [
              [34, 2],
              [83, 0],
            ],
          ),
        ),
        set(300, u(7, 4), u(10, 2)),
      ),
    );
    expect(records).toEqual([
      { protocol: 'netflow9', domain: 4, template: 300, scope: { interface: 7 }, fields: { samplingInterval: 10 } },
    ]);
  });
});
