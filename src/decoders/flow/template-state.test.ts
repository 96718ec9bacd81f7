import { describe, expect, it } from 'vitest';
import type { ExporterMemory } from '../../model/exporter.ts';
import { FLOW, flow, message9, message10, options9, options10, set, template, text, u } from './fixtures/messages.ts';
import { NOW, ports, Receiver, type ReceiverOptions } from './fixtures/receiver.ts';

const FLOWS = template(256, ...FLOW);

/** A receiver that has been told everything there is, over both protocols. */
function told(options: ReceiverOptions = {}): Receiver {
  const receiver = new Receiver(options);
  receiver.send(
    message9(
      { source: 1 },
      set(0, FLOWS, template(257, ...FLOW, [48, 1], [95, 4])),
      set(
        1,
        options9(
          258,
          [[1, 4]],
          [
            [48, 1],
            [50, 4],
          ],
        ),
      ),
    ),
  );
  receiver.send(message9({ source: 1 }, set(258, u(0, 4), u(1, 1), u(100, 4), u(0, 4), u(2, 1), u(200, 4))));
  receiver.send(
    message9(
      { source: 2 },
      set(
        1,
        options9(
          259,
          [[1, 4]],
          [
            [95, 4],
            [96, 8],
          ],
        ),
      ),
      set(259, u(0, 4), u(0x03000035, 4), text('dns', 8)),
    ),
  );
  receiver.send(
    message10(
      { domain: 9 },
      set(2, template(256, ...FLOW, [22, 4], [5, 1, 99_999])),
      set(
        3,
        options10(
          257,
          [[149, 4]],
          [
            [160, 8],
            [34, 4],
          ],
        ),
      ),
    ),
  );
  receiver.send(message10({ domain: 9 }, set(257, u(9, 4), u(NOW / 1000 - 60_000, 8), u(64, 4))));
  return receiver;
}

/** What is written to disk and read again. */
function restarted(receiver: Receiver, options: ReceiverOptions = {}): Receiver {
  const remembered = JSON.parse(JSON.stringify(receiver.exporter.memory())) as ExporterMemory;
  return new Receiver({ ...options, remembered });
}

describe('a restart of the collector', () => {
  it('is survived by templates, samplers and applications: the first datagram is decoded', () => {
    const receiver = restarted(told());
    const rows = receiver.send(
      message9({ source: 1 }, set(256, flow(1)), set(257, flow(2), u(2, 1), u(0x03000035, 4))),
    );
    expect(rows).toMatchObject([{ src_port: 1 }, { src_port: 2, sampling: 200, app: 'dns' }]);
  });

  it('is survived by the boot time and the rate of an IPFIX domain', () => {
    const receiver = restarted(told());
    const rows = receiver.send(message10({ domain: 9 }, set(256, flow(1), u(30_000, 4), u(1, 1))));
    expect(rows).toMatchObject([{ src_port: 1, ts: NOW - 30e6, sampling: 64 }]);
  });

  it('changes nothing in what is kept, and nothing is news that is told again', () => {
    const first = told();
    const second = restarted(first, { templateSeconds: 60 });
    const { revision } = second.exporter;
    second.send(message9({ source: 1 }, set(0, FLOWS)), { at: NOW + 1e9 });
    second.send(message10({ domain: 9 }, set(257, u(9, 4), u(NOW / 1000 - 60_000, 8), u(64, 4))), { at: NOW + 1e9 });
    expect(second.exporter.revision).toBe(revision);
    const templates = second.exporter.report().templates;
    expect(
      templates.map(({ id, domain, kind, fields, first_seen }) => ({ id, domain, kind, fields, first_seen })),
    ).toEqual(
      first.exporter
        .report()
        .templates.map(({ id, domain, kind, fields, first_seen }) => ({ id, domain, kind, fields, first_seen })),
    );
    // Refreshed when they were taken over, so that they do not expire because the collector was away.
    expect(templates[0].last_seen).toBe(NOW + 1e9);
    expect(ports(second.send(message9({ source: 1 }, set(256, flow(1))), { at: NOW + 1e9 + 59e6 }))).toEqual([1]);
  });

  it('keeps the memory of a protocol that has not been heard of yet', () => {
    const receiver = restarted(told());
    receiver.send(message9({}, set(0, FLOWS)));
    const again = restarted(receiver);
    expect(ports(again.send(message10({ domain: 9 }, set(256, flow(1), u(0, 4), u(0, 1)))))).toEqual([1]);
  });

  it('does not keep domains by port when ports do not count any more', () => {
    const byPort = new Receiver({ sessionByPort: true });
    byPort.send(message9({}, set(0, FLOWS)), { port: 40_000 });
    expect(
      restarted(byPort, { sessionByPort: true }).send(message9({}, set(256, flow(1))), { port: 40_000 }),
    ).toHaveLength(1);
    const plain = restarted(byPort);
    plain.send(message9({}));
    expect(plain.exporter.report().templates).toEqual([]);
  });

  it('has nothing to keep where nothing was told', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(256, flow(1))));
    expect(receiver.exporter.memory().protocols).toEqual({});
  });

  const good = {
    id: 256,
    fields: [
      [8, 4],
      [7, 2],
    ],
    seen: 1,
  };
  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'templates'],
    ['another version', { version: 2, domains: [{ key: 0, templates: [good] }] }],
    [
      'domains that are none',
      {
        version: 1,
        domains: [
          null,
          5,
          { key: -1, templates: [good] },
          { key: 'x', templates: [good] },
          { key: 2 ** 60, templates: [good] },
          { key: 1 },
        ],
      },
    ],
    [
      'templates that are none',
      {
        version: 1,
        domains: [
          {
            key: 0,
            templates: [
              null,
              {},
              { ...good, id: 255 },
              { ...good, id: 70_000 },
              { ...good, id: 1.5 },
              { ...good, fields: [] },
              { ...good, fields: [[8]] },
              { ...good, fields: [[8, 4], 7] },
              { ...good, fields: [[8, -4]] },
              { ...good, fields: [[8, 4, 2 ** 33]] },
              { ...good, scopes: 3 },
              { ...good, scopes: '1' },
            ],
          },
        ],
      },
    ],
    [
      'other things that are none',
      {
        version: 1,
        applications: [['__proto__', 5], [1], 7, [-1, 'x'], [{}, 'x']],
        domains: [
          {
            key: 0,
            templates: {},
            sampling: [null, ['1', 5, 1], [null, -5, 1], [null, 'x', 1], [1, 1e300, 1], [1, 5]],
            boot: 'never',
          },
        ],
      },
    ],
  ])('does not believe %s', (_, saved) => {
    const remembered = {
      address: '192.0.2.250',
      version: 1,
      protocols: { netflow9: saved },
      interfaces: [],
    } as ExporterMemory;
    const receiver = new Receiver({ remembered });
    expect(receiver.send(message9({}))).toEqual([]);
    const { templates, sampling } = receiver.exporter.report();
    expect({ templates, sampling }).toEqual({ templates: [], sampling: [] });
    expect(receiver.exporter.memory().protocols).toEqual({});
  });

  it('takes what is right beside what is wrong', () => {
    const netflow9 = { version: 1, domains: [7, { key: 0, templates: [{ id: 1 }, good], sampling: [[null, 2.6, 5]] }] };
    const remembered = { address: '', version: 1, protocols: { netflow9 }, interfaces: [] } as ExporterMemory;
    const receiver = new Receiver({ remembered });
    const rows = receiver.send(message9({}, set(256, u(0xc0000201, 4), u(5, 2))));
    expect(rows).toMatchObject([{ src_ip: '192.0.2.1', src_port: 5, sampling: 3 }]);
  });
});

describe('limits', () => {
  it('refuses templates past their number, over all domains, but not new definitions', () => {
    const receiver = new Receiver({ maxTemplates: 3 });
    receiver.send(message9({ source: 1 }, set(0, FLOWS, template(257, [7, 2]))));
    receiver.send(message9({ source: 2 }, set(0, FLOWS)));
    expect(receiver.counters.malformed).toBe(0);
    receiver.send(message9({ source: 3 }, set(0, FLOWS, template(257, [7, 2]))));
    expect(receiver.counters.malformed).toBe(1);
    expect(receiver.rejected).toMatchObject([{ reason: 'TOO_MANY_TEMPLATES' }]);
    receiver.send(message9({ source: 1 }, set(0, template(256, [11, 2]))));
    expect(receiver.exporter.report().templates).toHaveLength(3);
    expect(receiver.counters.malformed).toBe(1);
  });

  it('refuses a template when all of them together have too many fields', () => {
    const receiver = new Receiver({ maxTemplates: 2, maxFields: 100 });
    const wide = (id: number, fields: number) => template(id, ...Array.from({ length: fields }, () => [7, 2] as const));
    receiver.send(message9({}, set(0, wide(256, 100))));
    expect(receiver.counters.malformed).toBe(0);
    receiver.send(message9({}, set(0, wide(257, 29))));
    expect(receiver.counters.malformed).toBe(1);
    receiver.send(message9({}, set(0, wide(256, 99), wide(257, 29))));
    expect(receiver.counters.malformed).toBe(1);
    expect(receiver.exporter.report().templates.map(({ fields }) => fields.length)).toEqual([99, 29]);
  });

  it('makes room by what has expired', () => {
    const receiver = new Receiver({ maxTemplates: 2, templateSeconds: 60 });
    receiver.send(message9({ source: 1 }, set(0, FLOWS, template(257, [7, 2]))));
    receiver.send(message9({ source: 2 }, set(0, FLOWS), set(256, flow(1))), { at: NOW + 61e6 });
    expect(receiver.exporter.report().templates).toMatchObject([{ domain: 2, id: 256, records: 1 }]);
    expect(receiver.counters.malformed).toBe(0);
  });

  it('refuses a template with too many fields, and takes the one behind it', () => {
    const receiver = new Receiver({ maxFields: 7 });
    const rows = receiver.send(message9({}, set(0, template(257, ...FLOW, [34, 4]), FLOWS), set(256, flow(1))));
    expect(ports(rows)).toEqual([1]);
    expect(receiver.exporter.report().templates.map(({ id }) => id)).toEqual([256]);
    expect(receiver.rejected).toMatchObject([
      { reason: 'TOO_MANY_FIELDS', detail: 'Template 257 has more than 7 fields.' },
    ]);
  });

  it('forgets the domain not heard of for longest when there are too many', () => {
    const receiver = new Receiver({ maxTemplates: 10_000 });
    for (let source = 0; source < 512; source++)
      receiver.send(message9({ source }, set(0, FLOWS)), { at: NOW + source });
    receiver.send(message9({ source: 0 }), { at: NOW + 1000 });
    receiver.send(message9({ source: 9999 }, set(0, FLOWS)), { at: NOW + 1001 });
    const domains = receiver.exporter.report().templates.map(({ domain }) => domain);
    expect(domains).toHaveLength(512);
    expect(domains.includes(0)).toBe(true);
    expect(domains.includes(1)).toBe(false);
    expect(domains.includes(9999)).toBe(true);
  });

  it('lets a domain that made room leave its templates to others', () => {
    const receiver = new Receiver({ maxTemplates: 512 });
    for (let source = 0; source < 2000; source++)
      receiver.send(message9({ source }, set(0, FLOWS)), { at: NOW + source });
    expect(receiver.exporter.report().templates).toHaveLength(512);
    expect(receiver.counters.malformed).toBe(0);
  });
});
