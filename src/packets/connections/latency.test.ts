import { describe, expect, it } from 'vitest';
import { Pair } from './fixtures/packets.ts';
import { type Reported, recordingTable } from './fixtures/reports.ts';

/** Seconds: how long the network takes from the monitor to the server and back, who waits for what, and how long. */
interface Delays {
  readonly server: number;
  /** Before the request, before the answer. */
  readonly client?: number;
  readonly application?: number;
}

const CLIENT_SIDE = 0.0002;

/** One request and its answer, captured beside the client. */
function visit({ server, client = 0.001, application = 0.001 }: Delays): Reported {
  const { table, reports } = recordingTable();
  const pair = new Pair(table);
  const answered = server;
  const asked = answered + CLIENT_SIDE + client;
  const acknowledged = asked + server;
  const served = acknowledged + application;
  pair.c(0, 'S');
  pair.s(answered, 'SA', { ack: 1 });
  pair.c(answered + CLIENT_SIDE, 'A', { seq: 1, ack: 1 });
  pair.c(asked, 'PA', { seq: 1, ack: 1, payload: 300 });
  pair.s(acknowledged, 'A', { seq: 1, ack: 301 });
  pair.s(served, 'PA', { seq: 1, ack: 301, payload: 1400 });
  pair.c(served + CLIENT_SIDE, 'A', { seq: 301, ack: 1401 });
  table.finish();
  return reports[0];
}

describe('round trips tell who is slow', () => {
  // The four cases of a textbook (Sanders, "Practical Packet Analysis"), with the times measured in its captures.
  it.each<[string, Delays, network: number]>([
    ['nobody: 30 ms to the server and back', { server: 0.03 }, 0.03],
    ['the network to the server: 0.879 s', { server: 0.879 }, 0.879],
    ['the client, which waits 1.345 s before it asks', { server: 0.03, client: 1.345 }, 0.03],
    ['the application, which answers 0.983 s after the acknowledgement', { server: 0.03, application: 0.983 }, 0.03],
  ])('%s', (_, delays, network) => {
    const { handshakeServer, handshakeClient, orig, resp } = visit(delays);
    expect(handshakeServer).toBeCloseTo(network, 6);
    expect(handshakeClient).toBeCloseTo(CLIENT_SIDE, 6);
    // What is acknowledged tells the network, however long programs think.
    expect([orig.rttSamples, resp.rttSamples]).toEqual([2, 2]);
    for (const trip of [orig.rttMin, orig.rttMax]) expect(trip).toBeCloseTo(network, 6);
    for (const trip of [resp.rttMin, resp.rttMax]) expect(trip).toBeCloseTo(CLIENT_SIDE, 6);
  });
});
