import { describe, expect, it } from 'vitest';
import { openCapture } from '../src/packets/capture-reader.ts';
import type { Connection } from '../src/packets/connection.ts';
import { ConnectionTable } from '../src/packets/connections/connection-table.ts';
import { Dissector, newDissected } from '../src/packets/dissect.ts';
import { chunks } from '../test/support/captures.ts';
import { makePacketLoad } from './support/packet-load.ts';

describe('a load of which the totals are known', () => {
  it('is told by the connection table with exactly these', async () => {
    const load = makePacketLoad({ packets: 60_000, seed: 9, conversations: 400, trouble: 0.1 });
    const states: Record<string, number> = {};
    const sums = {
      dataSegments: 0,
      payloadBytes: 0,
      retransmitted: 0,
      reordered: 0,
      missedBytes: 0,
      ipBytes: 0,
      tcp: 0,
    };
    const datagrams = { udp: 0, icmp: 0 };
    const onConnection = ({ proto, state, orig, resp }: Connection) => {
      sums.ipBytes += orig.ipBytes + resp.ipBytes;
      if (proto !== 6) {
        datagrams[proto === 17 ? 'udp' : 'icmp'] += orig.packets + resp.packets;
        return;
      }
      states[state] = (states[state] ?? 0) + 1;
      sums.tcp += orig.packets + resp.packets;
      for (const side of [orig, resp]) {
        sums.dataSegments += side.dataSegments;
        sums.payloadBytes += side.payloadBytes;
        sums.retransmitted += side.retransmitted;
        sums.reordered += side.reordered;
        sums.missedBytes += side.missedBytes;
      }
    };
    const table = new ConnectionTable({ onConnection, observed: false, polls: [] });
    const dissector = new Dissector();
    const into = newDissected();
    const reader = await openCapture(chunks(Buffer.concat(load.chunks)), (text) => expect.fail(text));
    while (await reader.more()) {
      while (reader.next()) {
        dissector.dissect(reader.packet, into);
        table.add(reader.packet, into);
      }
    }
    table.finish();
    const { totals } = load;
    expect(table.ignored).toBe(totals.arp);
    expect(datagrams).toEqual({ udp: totals.udp, icmp: totals.icmp });
    expect({ ...sums, missedBytes: 0 }).toEqual({
      tcp: totals.tcp,
      ipBytes: totals.ipBytes,
      dataSegments: totals.dataSegments,
      payloadBytes: totals.tcpBytes,
      retransmitted: totals.sentTwice + totals.lostBefore,
      reordered: totals.reordered,
      missedBytes: 0,
    });
    expect(sums.missedBytes).toBe(0);
    expect([states.REJ, states.RSTO]).toEqual([totals.refused, totals.reset]);
    // Of what goes on at the end of the load, some have only the last acknowledgement or the first answer to come.
    const { SF = 0, S0 = 0, REJ = 0, RSTO = 0, S1 = 0, S2 = 0, ...others } = states;
    expect(others).toEqual({});
    expect(SF - totals.finished + S0 - totals.unanswered + S1 + S2).toBe(totals.open);
    expect(SF).toBeGreaterThanOrEqual(totals.finished);
    expect(S0).toBeGreaterThanOrEqual(totals.unanswered);
    expect(SF + S0 + REJ + RSTO + S1 + S2).toBe(totals.connections);
  });
});
