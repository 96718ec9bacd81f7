import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FLOW,
  flow,
  join,
  message9,
  message10,
  options9,
  options10,
  set,
  template,
  text,
  u,
  variable,
} from './fixtures/messages.ts';
import { NOW, ports, Receiver } from './fixtures/receiver.ts';
import { TemplateState } from './template-state.ts';

const FLOWS = template(256, ...FLOW);
const NAMED = template(257, ...FLOW, [82, 65_535], [95, 4]);
const NAME = join(variable(text('eth0')), u(0x03000035, 4));

/** Sets of both protocols by what they are; the ids of template sets differ. */
function setsOf(protocol: 9 | 10): Uint8Array[] {
  const [templates, options] = protocol === 9 ? [0, 1] : [2, 3];
  const sampler = protocol === 9 ? options9 : options10;
  return [
    set(templates, FLOWS, NAMED),
    set(
      options,
      sampler(
        258,
        [[protocol === 9 ? 1 : 149, 4]],
        [
          [48, 1],
          [50, 4],
        ],
      ),
      sampler(
        259,
        [[protocol === 9 ? 2 : 10, 4]],
        [
          [82, 8],
          [95, 4],
          [96, 8],
        ],
      ),
    ),
    set(256, flow(1), flow(2), flow(3)),
    set(257, flow(4), NAME, flow(5), NAME),
    set(258, u(0, 4), u(1, 1), u(100, 4)),
    set(259, u(3, 4), text('eth3', 8), u(0x03000035, 4), text('dns', 8)),
  ];
}

function messageOf(protocol: 9 | 10, sets: readonly Uint8Array[]): Uint8Array {
  return protocol === 9 ? message9({}, ...sets) : message10({}, ...sets);
}

/** A generator of numbers below `limit`, the same ones each time (mulberry32). */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** A message with some of its sets in some order, and a few bytes of it changed, left out or added. */
function mutant(roll: (limit: number) => number): Uint8Array {
  const protocol = roll(2) === 0 ? 9 : 10;
  const all = setsOf(protocol);
  const sets = Array.from({ length: roll(6) }, () => all[roll(all.length)]);
  let message = messageOf(protocol, sets);
  for (let i = roll(4); i > 0; i--) {
    const at = roll(message.length) || 0;
    const kind = roll(5);
    if (kind === 0) message = message.subarray(0, at);
    else if (kind === 1) message = join(message.subarray(0, at), message.subarray(at + roll(8)));
    else if (kind === 2) message = join(message.subarray(0, at), all[roll(all.length)], message.subarray(at));
    else if (message.length > 0) message[at] = [0, 1, 255, 128, roll(256)][roll(5)];
  }
  return message;
}

describe('mutated datagrams', () => {
  it('never throw, and the state stays within its limits', { timeout: 120_000 }, () => {
    const limits = { maxTemplates: 40, maxFields: 12, pendingBytes: 4096 };
    const receiver = new Receiver({ ...limits, capacity: 16 });
    const roll = dice(7);
    let rows = 0;
    for (let i = 0; i < 50_000; i++) {
      const message = mutant(roll);
      const as = message[1] === 9 || message[1] === 10 ? message[1] : 9 + roll(2);
      rows += receiver.count(message, { as, at: NOW + i * 1000 });
      for (const state of receiver.exporter.protocols.values()) {
        if (!(state instanceof TemplateState)) throw new Error('not the state of a template protocol');
        if (state.pending.bytes > limits.pendingBytes) expect.fail(`${state.pending.bytes} bytes wait`);
        if (i % 500 > 0) continue;
        expect(state.templates().length).toBeLessThanOrEqual(limits.maxTemplates);
        for (const { fields } of state.templates()) expect(fields.length).toBeLessThanOrEqual(limits.maxFields);
        expect([...state.domains()].length).toBeLessThanOrEqual(512);
      }
    }
    const { counters } = receiver;
    expect(counters.datagrams).toBe(50_000);
    expect(counters.flows).toBe(rows);
    expect(counters.malformed).toBe(receiver.rejected.length);
    expect(Math.min(rows, counters.options, counters.malformed, counters.without_template)).toBeGreaterThan(1000);
    // What is saved from such a state is taken back whole.
    const remembered = JSON.parse(JSON.stringify(receiver.exporter.memory()));
    const again = new Receiver({ ...limits, remembered });
    for (const message of [message9({}), message10({})]) again.send(message);
    expect(again.exporter.memory()).toEqual(remembered);
  });
});

describe('the order of things', () => {
  const protocols = fc.constantFrom<9 | 10>(9, 10);
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });

  it('does not matter in a datagram: every record is read', () => {
    fc.assert(
      fc.property(protocols, order, (protocol, indices) => {
        const receiver = new Receiver();
        const sets = setsOf(protocol);
        const rows = receiver.send(
          messageOf(
            protocol,
            indices.map((i) => sets[i]),
          ),
        );
        expect(ports(rows).sort()).toEqual([1, 2, 3, 4, 5]);
        for (const row of rows) expect(row.sampling).toBe(100);
        expect(receiver.counters).toMatchObject({ flows: 5, options: 2, malformed: 0, without_template: 0 });
        expect(receiver.exporter.interfaces.told()).toEqual([{ index: 3, name: 'eth3', description: '' }]);
      }),
    );
  });

  it('does not matter between datagrams: every record is read, once', () => {
    fc.assert(
      fc.property(
        protocols,
        order,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
        (protocol, indices, cuts) => {
          const receiver = new Receiver();
          const sets = setsOf(protocol);
          const rows: unknown[] = [];
          const left = indices.map((i) => sets[i]);
          for (const cut of cuts) rows.push(...ports(receiver.send(messageOf(protocol, left.splice(0, cut)))));
          expect(rows.sort()).toEqual([1, 2, 3, 4, 5]);
          expect(receiver.counters).toMatchObject({ flows: 5, options: 2, malformed: 0, without_template: 0 });
          expect(receiver.exporter.interfaces.told()).toEqual([{ index: 3, name: 'eth3', description: '' }]);
        },
      ),
    );
  });

  it('does not matter for batches of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 20 }), (capacity, records) => {
        const receiver = new Receiver({ capacity });
        const wanted = Array.from({ length: records }, (_, i) => i + 1);
        const rows = receiver.send(message9({}, set(0, FLOWS), set(256, ...wanted.map((port) => flow(port)))));
        expect(ports(rows)).toEqual(wanted);
        for (const row of rows) expect(row).toMatchObject({ source: 'udp:2055', exporter: '192.0.2.250' });
      }),
    );
  });
});
