import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../../model/batch.ts';
import type { Connection, Side } from '../../packets/connection.ts';
import { ConnectionRows } from './connection-rows.ts';

const NONE = Number.NaN;

function side(address: string, port: number, packets: number, ipBytes: number): Side {
  return {
    address,
    port,
    packets,
    ipBytes,
    payloadBytes: ipBytes - packets * 40,
    flags: 0x18,
    dataSegments: packets,
    retransmitted: 1,
    reordered: 0,
    missedBytes: 0,
    duplicateAcks: 0,
    zeroWindows: 0,
    rttSamples: 2,
    rttMin: 0.01,
    rttMean: 0.0200004,
    rttMax: 0.03,
    srtt: 0.02,
  };
}

function connection(id: number, packets: number, seconds: number): Connection {
  return {
    id,
    start: 1_700_000_000_000_000,
    end: 1_700_000_000_000_000 + seconds * 1e6,
    family: 4,
    proto: 6,
    words: new Int32Array(8),
    addresses: 0,
    orig: side('10.0.0.1', 40_000, packets, packets * 100),
    resp: side('2001:db8::1', 443, packets, packets * 1000),
    state: 'S1',
    history: 'ShADd',
    handshakeServer: 0.012,
    handshakeClient: NONE,
    vlan: 7,
    tunnels: 1,
    tunnelId: 5,
    communityId: '1:abc=',
    application: { service: 'tls', domain: 'www.example', attrs: { ja4: 't13d' } },
  };
}

function rowsOf() {
  const stored: Record<string, unknown>[] = [];
  const rows = new ConnectionRows({
    source: 'capture:a.pcap',
    exporter: 'a.pcap',
    run: 'r1',
    now: () => 1_800_000_000_000_000,
    take: async (batch: EventBatch) => {
      const c = batch.columns;
      for (let row = 0; row < batch.length; row++)
        stored.push({
          uid: c.uid.get(row),
          ts: c.ts[row],
          duration: c.duration[row],
          src: c.src_ip.v4[row],
          family: c.dst_ip.family[row],
          ports: [c.src_port[row], c.dst_port[row]],
          bytes: [c.src_bytes[row], c.dst_bytes[row], c.bytes[row]],
          packets: c.packets[row],
          state: c.state.get(row),
          app: c.app.get(row),
          domain: c.domain.get(row),
          tags: c.tags.get(row),
          vlan: c.vlan[row],
          source: c.source.get(row),
          attrs: JSON.parse(c.attrs.get(row)),
        });
      batch.reset();
    },
  });
  return { rows, stored };
}

describe('connections as events', () => {
  it('have everything under the names of the columns', async () => {
    const { rows, stored } = rowsOf();
    rows.add(connection(36, 10, 2.5), 'closed');
    await rows.store(true);
    expect(stored).toEqual([
      {
        uid: 'r1-C10',
        ts: 1_700_000_000_000_000,
        duration: 2.5,
        src: 0x0a000001,
        family: 6,
        ports: [40_000, 443],
        bytes: [1000, 10_000, 11_000],
        packets: 20,
        state: 'S1',
        app: 'tls',
        domain: 'www.example',
        tags: '',
        vlan: 7,
        source: 'capture:a.pcap',
        attrs: {
          ja4: 't13d',
          history: 'ShADd',
          community_id: '1:abc=',
          orig_bytes: 600,
          resp_bytes: 9600,
          orig_retransmitted: 1,
          resp_retransmitted: 1,
          rtt_server: 0.012,
          orig_rtt: 0.02,
          resp_rtt: 0.02,
          tunnels: ['gre'],
          tunnel_id: 5,
        },
      },
    ]);
  });

  it('that are told while they are open add up to the whole', async () => {
    const { rows, stored } = rowsOf();
    rows.add(connection(1, 10, 600), 'poll');
    rows.add(connection(1, 25, 1800), 'poll');
    rows.add(connection(1, 30, 2000), 'expired');
    await rows.store(true);
    expect(stored.map(({ bytes, packets, duration, tags }) => ({ bytes, packets, duration, tags }))).toEqual([
      { bytes: [1000, 10_000, 11_000], packets: 20, duration: 600, tags: 'open' },
      { bytes: [1500, 15_000, 16_500], packets: 30, duration: 1200, tags: 'open' },
      { bytes: [500, 5000, 5500], packets: 10, duration: 200, tags: '' },
    ]);
  });

  it('go on in the next batch when one is full', async () => {
    const { rows, stored } = rowsOf();
    for (let id = 0; id < 20_000; id++) rows.add(connection(id, 1, 1), 'closed');
    await rows.store();
    expect(stored.length).toBe(2 * 8192);
    await rows.store(true);
    expect(stored.length).toBe(20_000);
    expect(new Set(stored.map(({ uid }) => uid)).size).toBe(20_000);
  });
});
