import { describe, expect, it } from 'vitest';
import { Chance } from '../../detect/fixtures/hunt.ts';
import type { EventRow } from '../../model/event-row.ts';
import type { Observation } from '../../model/window.ts';
import { recordOf } from './event-record.ts';
import { atOnce, EventWindows } from './event-windows.ts';
import { answer, flow, MONDAY, row } from './fixtures/rows.ts';

const SECOND = 1e6;
const SIZE = 10 * SECOND;

interface Given {
  readonly end: number;
  readonly observations: Observation[];
}

/** The observations of each window, as copies, and what is asked of the DNS. */
class Collected {
  readonly windows: Given[] = [];
  readonly questions: string[] = [];
  #now: Observation[] = [];

  readonly sink = {
    observe: (o: Observation) => void this.#now.push({ ...o }),
    query: ({ client, name, type, code }: { client: string; name: string; type: string; code: string }) =>
      void this.questions.push(`${client} ${name} ${type} ${code}`),
    closed: (end: number) => {
      this.windows.push({ end, observations: this.#now });
      this.#now = [];
    },
  };

  get all(): Observation[] {
    return this.windows.flatMap(({ observations }) => observations);
  }

  sum(field: 'srcBytes' | 'dstBytes' | 'srcPackets' | 'dstPackets'): number {
    return this.all.reduce((sum, o) => sum + o[field], 0);
  }
}

function run(rows: readonly EventRow[], options: { lateness?: number; limit?: number; live?: boolean } = {}) {
  const collected = new Collected();
  const { lateness = 90, limit, live = false } = options;
  const windows = new EventWindows({ size: SIZE, lateness: lateness * SECOND, limit, sink: collected.sink });
  for (const each of rows) {
    windows.add(recordOf(each)!);
    if (live) atOnce(windows.advance());
  }
  atOnce(windows.flush());
  return { collected, windows };
}

describe('a connection', () => {
  it('is one observation with its event when it lies in one window', () => {
    const { collected } = run([row({ id: '42', ts: MONDAY + 2 * SECOND, uid: 'C1', attrs: '{"history":"ShADadFf"}' })]);
    expect(collected.windows).toHaveLength(1);
    expect(collected.all[0]).toMatchObject({
      src: '10.0.0.5',
      dstPort: 443,
      first: true,
      start: MONDAY + 2 * SECOND,
      at: MONDAY + 3 * SECOND,
      srcBytes: 1000,
      dstBytes: 5000,
      srcPackets: 10,
      dstPackets: 12,
      state: 'SF',
      tcpFlags: 0x13,
      event: '42',
    });
  });

  it('is spread over the windows that it lasted through, and begins once', () => {
    const { collected } = run([row({ ts: MONDAY + 5 * SECOND, duration: 30, src_packets: 300, src_bytes: 30_000 })]);
    expect(collected.all.map(({ srcPackets }) => srcPackets)).toEqual([50, 100, 100, 50]);
    expect(collected.all.map(({ first }) => first)).toEqual([true, false, false, false]);
    expect(new Set(collected.all.map(({ start }) => start))).toEqual(new Set([MONDAY + 5 * SECOND]));
    expect(collected.sum('srcBytes')).toBe(30_000);
  });

  it('is silent where by its rate it sends nothing, and seen again at its end', () => {
    const { collected } = run(
      [row({ duration: 605, src_packets: 4, dst_packets: 4, src_bytes: 400, dst_bytes: 400, ts: MONDAY })],
      { lateness: 700 },
    );
    expect(collected.windows).toHaveLength(61);
    expect(collected.all.length).toBeLessThan(12);
    expect(collected.all[0]).toMatchObject({ srcPackets: 3, dstPackets: 3, first: true });
    expect(collected.all.at(-1)!.at).toBe(MONDAY + 605 * SECOND);
    expect(collected.sum('srcPackets')).toBe(4);
  });

  it('is told from another one between the same ports by its uid', () => {
    const { collected } = run([row({ uid: 'C1' }), row({ uid: 'C2', ts: MONDAY + 2 * SECOND })]);
    expect(collected.all).toHaveLength(2);
    expect(collected.all.every(({ first }) => first)).toBe(true);
  });
});

describe('flows', () => {
  it('of both directions are one connection, begun by who sent the SYN', () => {
    const later = MONDAY + 20_000;
    const { collected } = run([answer({ ts: later, tcp_flags: 0x1b }), flow({ tcp_flags: 0x1b })]);
    expect(collected.all).toHaveLength(1);
    expect(collected.all[0]).toMatchObject({
      src: '10.0.0.5',
      srcPort: 50_000,
      srcBytes: 1000,
      dstBytes: 5000,
      state: 'SF',
      first: true,
    });
  });

  it.each([
    ['a refused one', 2, 0x14, 'REJ'],
    ['an open one', 0x1a, 0x1a, 'S1'],
  ])('tell %s by their flags', (_, orig, resp, state) => {
    const { collected } = run([flow({ tcp_flags: orig }), answer({ tcp_flags: resp })]);
    expect(collected.all).toMatchObject([{ state, tcpFlags: orig }]);
  });

  it('that nobody answered are a try, but not where the answer may go another way', () => {
    expect(run([flow({ tcp_flags: 2, src_packets: 1 })]).collected.all[0].state).toBe('S0');
    expect(run([flow({ tcp_flags: 0x1b })]).collected.all[0]).toMatchObject({ state: '', tcpFlags: 0x1b });
    expect(run([flow({ tcp_flags: 0x11, src_packets: 1 })]).collected.all[0].tcpFlags).toBe(0);
    expect(run([flow({ tcp_flags: 1, src_packets: 1 })]).collected.all[0].tcpFlags).toBe(1);
  });

  it('that are sampled tell nothing of how a connection went', () => {
    const { collected } = run([flow({ tcp_flags: 2, src_packets: 1000, sampling: 1000 })]);
    expect(collected.all[0]).toMatchObject({ state: '', tcpFlags: 0, srcPackets: 1000 });
  });

  it('of answers only are turned round by the port of the server', () => {
    expect(run([answer()]).collected.all[0]).toMatchObject({ src: '10.0.0.5', srcBytes: 0, dstBytes: 5000 });
  });

  it('that a router exports where they come in and where they go out count once', () => {
    const both = (parts: Record<string, string>) => [flow(parts), answer(parts)];
    const { collected } = run([...both({ flow_direction: 'ingress' }), ...both({ flow_direction: 'egress' })]);
    expect(collected.all).toMatchObject([{ srcBytes: 1000, dstBytes: 5000, srcPackets: 10, dstPackets: 12 }]);
  });

  it('of two routers and a sensor count as who saw most of each direction', () => {
    const { collected } = run([
      flow({ exporter: 'a', src_packets: 9, src_bytes: 900 }),
      flow({ exporter: 'b' }),
      answer({ exporter: 'a' }),
      row({ uid: 'C9', exporter: 'zeek', dst_packets: 4, dst_bytes: 400 }),
    ]);
    expect(collected.all).toMatchObject([
      { srcPackets: 10, dstPackets: 12, srcBytes: 1000, dstBytes: 5000, state: 'SF' },
    ]);
  });

  it('of a long connection, a minute each, go on with what began it', () => {
    const minute = (n: number, more = {}) =>
      flow({ ts: MONDAY + n * 60 * SECOND, duration: 60, src_packets: 600, tcp_flags: n === 0 ? 0x1a : 0x18, ...more });
    const { collected } = run([minute(0), minute(1), minute(2), minute(9), minute(10, { tcp_flags: 0x1b })]);
    expect(collected.all.filter(({ first }) => first).map(({ start }) => (start - MONDAY) / SECOND)).toEqual([0, 540]);
    expect(collected.sum('srcPackets')).toBe(3000);
  });

  it('of an echo and its answer are one connection', () => {
    const { collected } = run([
      flow({ proto: 1, src_port: 8, dst_port: 0, tcp_flags: 0 }),
      answer({ proto: 1, src_port: 0, dst_port: 0, tcp_flags: 0 }),
    ]);
    expect(collected.all).toMatchObject([{ src: '10.0.0.5', srcPort: 8, dstPort: 0, srcBytes: 1000, dstBytes: 5000 }]);
  });
});

describe('names', () => {
  const tls = (parts = {}) => row({ kind: 'tls', app: 'ssl', state: '', domain: 'C2.Example.', uid: 'C1', ...parts });

  it('belong to the connection with their uid, whenever they come', () => {
    const { collected } = run([
      row({ id: '7', uid: 'C1', duration: 40, ts: MONDAY }),
      tls({ ts: MONDAY + 12 * SECOND }),
    ]);
    expect(collected.all[0]).toMatchObject({ domain: 'c2.example', service: 'ssl', first: true, event: '7' });
    expect(collected.sum('srcBytes')).toBe(1000);
    expect(collected.all.filter(({ first }) => first)).toHaveLength(1);
  });

  it('are a connection of their own until its record comes, which does not begin another', () => {
    const { collected } = run(
      [
        tls(),
        row({ uid: 'C9', src_port: 9, ts: MONDAY + 3600 * SECOND }),
        row({ uid: 'C1', ts: MONDAY, duration: 3600 }),
      ],
      { live: true },
    );
    expect(collected.all.filter(({ first, srcPort }) => first && srcPort === 50_000)).toHaveLength(1);
    expect(collected.all[0]).toMatchObject({ domain: 'c2.example', srcBytes: 0, first: true });
    expect(collected.all.at(-1)!.at - MONDAY).toBeGreaterThan(3500 * SECOND);
  });

  it('do not go to another connection between the same ports', () => {
    expect(run([tls({ uid: 'C0' }), row({ uid: 'C1' })]).collected.all.map(({ domain }) => domain)).toEqual([
      'c2.example',
      '',
    ]);
  });

  it('of the DNS are questions', () => {
    const dns = {
      kind: 'dns',
      proto: 17,
      dst_port: 53,
      state: '3',
      domain: 'a.example',
      attrs: '{"qtype_name":"TXT"}',
    };
    const { collected } = run([row(dns), row({ ...dns, dst_port: 5353 })]);
    expect(collected.questions).toEqual(['10.0.0.5 a.example TXT NXDOMAIN']);
    expect(collected.all[0]).toMatchObject({ service: 'dns', domain: '', srcBytes: 0 });
  });
});

describe('what comes late', () => {
  const at = (seconds: number, more = {}) => row({ ts: MONDAY + seconds * SECOND, duration: 0, ...more });

  it('is waited for, then counted in the oldest window that is open, then left out', () => {
    const rows = [at(0), at(95), at(3), at(200), at(3), at(250), at(2000), at(50)];
    const { collected, windows } = run(rows, { live: true });
    expect(windows.counts).toMatchObject({ records: 7, late: 1, old: 1 });
    expect(collected.windows[0].observations).toHaveLength(1);
    expect(collected.all).toHaveLength(7 - 1);
    expect(collected.sum('srcBytes')).toBe(7000);
  });

  it('of a long record counts where windows are open, up to ten times the lateness', () => {
    const long = (seconds: number) =>
      at(2000 - seconds, { duration: seconds, src_bytes: 1_000_000, src_packets: 10_000, uid: `C${seconds}` });
    const short = run([at(2000, { src_bytes: 0 }), long(600)], { live: true });
    expect(short.collected.sum('srcBytes')).toBe(1_000_000);
    expect(short.collected.windows[0].end).toBeGreaterThan(MONDAY + 1900 * SECOND);
    const endless = run([at(2000, { src_bytes: 0 }), long(1990)], { live: true });
    expect(endless.collected.sum('srcBytes')).toBeCloseTo((1_000_000 * 990) / 1990, -4);
    expect(endless.windows.counts.old).toBe(1);
    expect(endless.collected.all.find(({ first }) => first)).toBeDefined();
  });

  it('from a clock that is ahead counts when it was received', () => {
    const future = at(86_400, { received: MONDAY + 5 * SECOND });
    const { collected, windows } = run([at(0), future, at(20)], { live: true, lateness: 5 });
    expect(windows.counts).toMatchObject({ ahead: 1, late: 0, old: 0 });
    expect(collected.windows.map(({ end }) => (end - MONDAY) / SECOND)).toEqual([10, 30]);
  });
});

describe('in any order and too many at once', () => {
  it.each([10, 100, 100_000])('sums stay, with room for %i records', (limit) => {
    const chance = new Chance(limit);
    let time = MONDAY;
    const sums = { srcBytes: 0, dstBytes: 0, srcPackets: 0, dstPackets: 0 };
    const rows = Array.from({ length: 3000 }, (_, n) => {
      time += chance.whole(0, 100_000);
      const duration = chance.next() < 0.2 ? chance.between(0, 100) : chance.between(0, 2);
      const counted = {
        src_bytes: chance.whole(0, 100_000),
        dst_bytes: chance.whole(0, 100_000),
        src_packets: chance.whole(1, 200),
        dst_packets: chance.whole(0, 200),
      };
      sums.srcBytes += counted.src_bytes;
      sums.dstBytes += counted.dst_bytes;
      sums.srcPackets += counted.src_packets;
      sums.dstPackets += counted.dst_packets;
      return row({ ...counted, duration, uid: `C${n}`, src_port: 1024 + n, ts: time - chance.whole(0, 60) * SECOND });
    });
    const { collected, windows } = run(rows, { limit, live: true });
    expect(windows.counts.old).toBe(0);
    expect(windows.held).toBe(0);
    if (limit < 3000) expect(windows.counts.crowded).toBeGreaterThan(0);
    for (const field of ['srcBytes', 'dstBytes', 'srcPackets', 'dstPackets'] as const)
      expect(collected.sum(field)).toBe(sums[field]);
    for (const { end, observations } of collected.windows)
      for (const { at } of observations) expect(at < end && (limit < 3000 || at >= end - SIZE)).toBe(true);
    expect(collected.windows.map(({ end }) => end)).toEqual(
      collected.windows.map(({ end }) => end).sort((a, b) => a - b),
    );
    expect(collected.all.filter(({ first }) => first)).toHaveLength(3000);
  });
});
