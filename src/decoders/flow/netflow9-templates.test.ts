import { describe, expect, it } from 'vitest';
import { FLOW, flow, ip, message9, options9, SMALL, set, small, template, u } from './fixtures/messages.ts';
import { NOW, ports, Receiver } from './fixtures/receiver.ts';

const FLOWS = template(256, ...FLOW);

describe('rule 1: a template is known by exporter, Source ID and id', () => {
  it('reads the same id of two Source IDs by two templates', () => {
    const receiver = new Receiver();
    receiver.send(message9({ source: 1 }, set(0, FLOWS)));
    receiver.send(message9({ source: 2 }, set(0, template(256, [7, 2], [8, 4]))));
    expect(receiver.send(message9({ source: 1 }, set(256, flow(1))))).toMatchObject([{ src_port: 1, bytes: 1000 }]);
    const rows = receiver.send(message9({ source: 2 }, set(256, u(2, 2), ip('192.0.2.9'))));
    expect(rows).toMatchObject([{ src_port: 2, src_ip: '192.0.2.9' }]);
  });

  it('does not read data by the template of another Source ID', () => {
    const receiver = new Receiver();
    receiver.send(message9({ source: 1 }, set(0, FLOWS)));
    expect(receiver.send(message9({ source: 2 }, set(256, flow(1))))).toEqual([]);
    expect(receiver.exporter.report().templates).toMatchObject([{ domain: 1, id: 256 }]);
  });

  it('takes another UDP port of the sender for the same exporter, unless it is told not to', () => {
    for (const sessionByPort of [false, true]) {
      const receiver = new Receiver({ sessionByPort });
      receiver.send(message9({}, set(0, FLOWS)), { port: 50_000 });
      const rows = receiver.send(message9({}, set(256, flow(1))), { port: 50_001 });
      expect(ports(rows)).toEqual(sessionByPort ? [] : [1]);
      expect(receiver.exporter.report().templates).toMatchObject([{ domain: 0, id: 256 }]);
    }
  });
});

describe('rule 2: data and options templates share one space of ids', () => {
  it('reads by the newest definition of either kind at once', () => {
    const receiver = new Receiver();
    const options = options9(256, [[1, 4]], [[34, 4]]);
    receiver.send(message9({}, set(0, FLOWS)));
    receiver.send(message9({}, set(1, options)));
    expect(receiver.send(message9({}, set(256, u(0, 4), u(100, 4))))).toEqual([]);
    expect(receiver.counters.options).toBe(1);
    expect(receiver.exporter.report().templates).toMatchObject([{ id: 256, kind: 'options' }]);
    receiver.send(message9({}, set(0, FLOWS)));
    expect(ports(receiver.send(message9({}, set(256, flow(1)))))).toEqual([1]);
    expect(receiver.exporter.report().templates).toMatchObject([{ id: 256, kind: 'data' }]);
  });

  it('reads a data set that stands before a change of its template by the template before it', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(0, FLOWS)));
    const rows = receiver.send(
      message9({}, set(256, flow(1)), set(0, template(256, ...SMALL)), set(256, small(2), small(3))),
    );
    expect(ports(rows)).toEqual([1, 2, 3]);
    expect(rows[1].bytes).toBeUndefined();
  });
});

describe('rule 3: templates expire, and restarts do not take them away', () => {
  it('does not use a template after its time without a refresh', () => {
    const receiver = new Receiver({ templateSeconds: 60 });
    receiver.send(message9({}, set(0, FLOWS)));
    expect(ports(receiver.send(message9({}, set(256, flow(1))), { at: NOW + 60e6 }))).toEqual([1]);
    expect(receiver.send(message9({}, set(256, flow(2))), { at: NOW + 61e6 })).toEqual([]);
    expect(receiver.exporter.report().templates).toEqual([]);
  });

  it('counts the time from the last refresh, and reads what waited once the template is back', () => {
    const receiver = new Receiver({ templateSeconds: 60 });
    receiver.send(message9({}, set(0, FLOWS)));
    receiver.send(message9({}, set(0, FLOWS)), { at: NOW + 50e6 });
    expect(ports(receiver.send(message9({}, set(256, flow(1))), { at: NOW + 100e6 }))).toEqual([1]);
    receiver.send(message9({}, set(256, flow(2))), { at: NOW + 120e6 });
    expect(ports(receiver.send(message9({}, set(0, FLOWS)), { at: NOW + 130e6 }))).toEqual([2]);
  });

  it('keeps a template for ever where no time is set', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(0, FLOWS)));
    expect(ports(receiver.send(message9({}, set(256, flow(1))), { at: NOW + 1e15 }))).toEqual([1]);
  });

  it('keeps the templates when uptime and sequence begin anew', () => {
    const receiver = new Receiver();
    receiver.send(message9({ sequence: 900_000 }, set(0, FLOWS)));
    const rows = receiver.send(message9({ sequence: 0, uptime: 10 }, set(256, flow(1))));
    expect(ports(rows)).toEqual([1]);
    expect(receiver.counters.restarts).toBe(1);
  });
});

describe('rule 4: data may come before its template', () => {
  it('reads data that stands before its template in the same datagram', () => {
    const receiver = new Receiver();
    expect(ports(receiver.send(message9({}, set(256, flow(1)), set(0, FLOWS))))).toEqual([1]);
  });

  it('reads data of earlier datagrams when the template comes, with the times of those', () => {
    const receiver = new Receiver();
    const started = template(256, ...FLOW, [22, 4]);
    receiver.send(message9({ uptime: 5000, seconds: 1000 }, set(256, flow(1), u(4000, 4))), {
      source: 'a',
      at: 1001e6,
    });
    receiver.send(message9({ uptime: 9000, seconds: 1004 }, set(256, flow(2), u(8500, 4))), {
      source: 'b',
      at: 1005e6,
    });
    const rows = receiver.send(message9({ uptime: 1, seconds: 1100 }, set(0, started), set(256, flow(3), u(1, 4))), {
      source: 'c',
      at: 1101e6,
    });
    expect(rows).toMatchObject([
      { src_port: 1, ts: 999e6, received: 1001e6, source: 'a' },
      { src_port: 2, ts: 1003.5e6, received: 1005e6, source: 'b' },
      { src_port: 3, ts: 1100e6, received: 1101e6, source: 'c' },
    ]);
    expect(receiver.counters.without_template).toBe(0);
    expect(receiver.send(message9({}, set(0, template(256, [7, 2]))))).toEqual([]);
  });

  it('takes options before flows, whatever their order', () => {
    const receiver = new Receiver();
    const sampler = options9(257, [[1, 0]], [[34, 4]]);
    const rows = receiver.send(message9({}, set(256, flow(1)), set(257, u(100, 4)), set(1, sampler), set(0, FLOWS)));
    expect(rows).toMatchObject([{ src_port: 1, bytes: 100_000, packets: 1000, sampling: 100 }]);
  });

  it('gives up the oldest sets when there are too many bytes', () => {
    const receiver = new Receiver({ pendingBytes: 1000 });
    for (const port of [1, 2, 3, 4, 5]) receiver.send(message9({}, set(256, flow(port))));
    expect(receiver.counters.without_template).toBe(2);
    expect(ports(receiver.send(message9({}, set(0, FLOWS))))).toEqual([3, 4, 5]);
  });

  it('gives up a set that is larger than all there is room for', () => {
    const receiver = new Receiver({ pendingBytes: 1000 });
    receiver.send(message9({}, set(256, new Uint8Array(2000))));
    expect(receiver.counters.without_template).toBe(1);
  });

  it('gives up what has waited too long', () => {
    const receiver = new Receiver({ pendingSeconds: 10 });
    receiver.send(message9({}, set(256, flow(1))));
    receiver.send(message9({}, set(256, flow(2))), { at: NOW + 6e6 });
    expect(ports(receiver.send(message9({}, set(0, FLOWS)), { at: NOW + 11e6 }))).toEqual([2]);
    expect(receiver.counters.without_template).toBe(1);
  });

  it('takes several templates of a set, and several template sets of a datagram', () => {
    const receiver = new Receiver();
    receiver.send(
      message9(
        {},
        set(0, FLOWS, template(257, ...SMALL)),
        set(0, template(258, [11, 2])),
        set(1, options9(259, [[1, 4]], [[34, 4]]), options9(260, [[2, 4]], [[82, 8]])),
      ),
    );
    expect(receiver.exporter.report().templates.map(({ id, kind }) => [id, kind])).toEqual([
      [256, 'data'],
      [257, 'data'],
      [258, 'data'],
      [259, 'options'],
      [260, 'options'],
    ]);
    const rows = receiver.send(message9({}, set(257, small(1)), set(256, flow(2)), set(257, small(3))));
    expect(ports(rows)).toEqual([1, 2, 3]);
  });
});
