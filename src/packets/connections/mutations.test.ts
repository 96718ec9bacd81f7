import { expect, it } from 'vitest';
import { dissect, newDissected } from '../dissect.ts';
import { ConnectionTable } from './connection-table.ts';
import { dice, instant, interleave, makeConversation } from './fixtures/conversation.ts';
import { frameOf, packetOf, type Written } from './fixtures/packets.ts';

const PACKETS = 100_000;
const LIMIT = 300;
const NODES = 100;

function datagrams(random: (below: number) => number): Written[] {
  return Array.from({ length: 200 }, (_, i) => {
    const ends = i % 2 === 0 ? { src: '10.0.0.1', dst: '192.0.2.9' } : { src: '192.0.2.9', dst: '10.0.0.1' };
    const [srcPort, dstPort] = [random(9), random(9)];
    return { time: i, proto: [17, 1, 132][i % 3], srcPort, dstPort, payload: random(40), ...ends };
  });
}

it('packets that are damaged in any way break nothing and stay within the limits', () => {
  const random = dice(11);
  const conversations = Array.from({ length: 40 }, (_, i) => makeConversation(i, 40, random));
  const written = [...interleave(conversations), ...datagrams(random)];
  const frames = written.map((packet) => frameOf(packet));
  let ended = 0;
  let observed = 0;
  let closed = 0;
  const table = new ConnectionTable({
    limit: LIMIT,
    nodes: NODES,
    onConnection: (connection, why) => {
      // Reading everything must not fail either.
      if (`${connection.state}${connection.history}`.length > 28) throw new Error(connection.history);
      const { orig, resp, start, end } = connection;
      for (const { payloadBytes, packets, rttSamples, rttMin, rttMax } of [orig, resp]) {
        if (!(payloadBytes >= 0 && packets >= 0 && (rttSamples === 0 || rttMin <= rttMax)))
          throw new Error(`${payloadBytes} ${packets} ${rttSamples} ${rttMin} ${rttMax}`);
      }
      if (end < start || orig.packets + resp.packets === 0) throw new Error('A connection of nothing.');
      if (why !== 'poll') ended++;
    },
    inspector: {
      payload: (_slot, _proto, _port, _fromOrig, bytes, start, end) => start >= 0 && start < end && end <= bytes.length,
      application: () => ({ service: '', domain: '', attrs: {} }),
      close: () => closed++,
    },
    onObservation: () => observed++,
  });
  const into = newDissected();
  let clock = 0;
  for (let i = 0; i < PACKETS; i++) {
    const frame = Buffer.from(frames[random(frames.length)]);
    for (let flips = random(4); flips > 0; flips--) frame[random(Math.min(60, frame.length))] = random(256);
    const cut = random(10) === 0 ? random(frame.length) : frame.length;
    clock += random(1000) === 0 ? random(1e9) - 5e8 : random(50_000);
    const packet = packetOf(frame.subarray(0, cut), random(5000) === 0 ? Number.NaN : instant(clock / 1e6));
    dissect(packet, into);
    table.add(packet, into);
    if (table.size > LIMIT || table.nodes > NODES) throw new Error(`${table.size} connections, ${table.nodes} nodes`);
    if (random(700) === 0) table.observe(() => observed++);
  }
  table.finish();
  table.observe(() => observed++);
  expect([table.size, table.nodes]).toEqual([0, 0]);
  expect(ended).toBe(table.opened);
  expect(closed).toBe(table.opened);
  expect(observed).toBeGreaterThanOrEqual(table.opened);
  expect(table.evicted).toBeGreaterThan(0);
  expect(table.nodesRefused).toBeGreaterThan(0);
  expect(table.unobserved).toBe(0);
});
