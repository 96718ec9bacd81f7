import { parseIp } from '../../model/address.ts';
import { EventBatch } from '../../model/batch.ts';
import { KINDS } from '../../model/kinds.ts';
import type { Connection, ReportReason, Side } from '../../packets/connection.ts';
import { TUNNELS } from '../../packets/dissected.ts';
import { eventNames } from './connection-name.ts';

/** Rows of a batch: as many as the store likes at once, some 8 MB of memory. */
const ROWS = 8_192;
const TUNNEL_NAMES = Object.entries(TUNNELS);

/** Counts of a connection that was reported while it was open: what comes after is the rest. */
interface Told {
  readonly end: number;
  readonly orig: Counts;
  readonly resp: Counts;
}

interface Counts {
  readonly packets: number;
  readonly ipBytes: number;
}

const NOTHING: Counts = { packets: 0, ipBytes: 0 };

export interface ConnectionRowsParts {
  /** The door: `capture:office.pcap`, `live:eth0`. */
  readonly source: string;
  /** What observed it: the name of the file or interface. */
  readonly exporter: string;
  /** Enriches and stores; resolves when the rows are on disk and the batch is empty again. */
  readonly take: (batch: EventBatch) => Promise<void>;
  /** Microseconds since 1970. */
  readonly now: () => number;
  /** Part of the identity of every connection, so that those of two captures differ. */
  readonly run: string;
  /** Is told, and waited for, when so many connections from the first on are on disk. */
  readonly stored?: (count: number) => Promise<void>;
}

/**
 * Makes events of connections, like those of Zeek's conn.log: bytes are those of IP packets. A connection that is
 * reported while it is open becomes several events, each with what it did since the one before, so that sums are right.
 */
export class ConnectionRows {
  readonly #parts: ConnectionRowsParts;
  readonly #nameOf: (id: number) => string;
  readonly #open = new Map<number, Told>();
  readonly #address = new Uint8Array(16);
  readonly #full: EventBatch[] = [];
  readonly #spare: EventBatch[] = [];
  #batch = new EventBatch(ROWS);
  /** Events so far, with those that were left out. */
  rows = 0;
  /** So many of the first are left out, because they are stored already. */
  skip = 0;
  #stored = 0;

  constructor(parts: ConnectionRowsParts) {
    this.#parts = parts;
    this.#nameOf = eventNames(parts.run);
  }

  add(connection: Connection, why: ReportReason): void {
    const isStored = this.rows++ < this.skip;
    if (this.#batch.length === this.#batch.capacity) {
      this.#full.push(this.#batch);
      this.#batch = this.#spare.pop() ?? new EventBatch(ROWS);
    }
    const told = this.#open.get(connection.id);
    if (why === 'poll')
      this.#open.set(connection.id, {
        end: connection.end,
        orig: counts(connection.orig),
        resp: counts(connection.resp),
      });
    else if (told) this.#open.delete(connection.id);
    if (!isStored) this.#write(connection, told, why === 'poll');
  }

  /** Stores the batches that are full, or all of them. To be awaited before more is added than memory should hold. */
  async store(all = false): Promise<void> {
    if (all && this.#batch.length > 0) {
      this.#full.push(this.#batch);
      this.#batch = this.#spare.pop() ?? new EventBatch(ROWS);
    }
    for (let next = this.#full.shift(); next; next = this.#full.shift()) {
      this.#stored += next.length;
      await this.#parts.take(next);
      this.#spare.push(next);
      await this.#parts.stored?.(this.skip + this.#stored);
    }
  }

  #write(c: Connection, told: Told | undefined, open: boolean): void {
    const { columns } = this.#batch;
    const row = this.#batch.length;
    const start = told?.end ?? c.start;
    columns.kind[row] = KINDS.conn;
    columns.ts[row] = Math.floor(start);
    columns.received[row] = this.#parts.now();
    columns.duration[row] = Math.max(0, (c.end - start) / 1e6);
    columns.source.set(row, this.#parts.source);
    columns.exporter.set(row, this.#parts.exporter);
    this.#setAddress(columns.src_ip, row, c.orig);
    this.#setAddress(columns.dst_ip, row, c.resp);
    columns.src_port[row] = c.orig.port;
    columns.dst_port[row] = c.resp.port;
    columns.proto[row] = c.proto;
    const orig = since(c.orig, told?.orig ?? NOTHING);
    const resp = since(c.resp, told?.resp ?? NOTHING);
    columns.src_bytes[row] = orig.ipBytes;
    columns.dst_bytes[row] = resp.ipBytes;
    columns.bytes[row] = orig.ipBytes + resp.ipBytes;
    columns.src_packets[row] = orig.packets;
    columns.dst_packets[row] = resp.packets;
    columns.packets[row] = orig.packets + resp.packets;
    columns.tcp_flags[row] = (c.orig.flags | c.resp.flags) & 0xff;
    columns.vlan[row] = c.vlan;
    columns.state.set(row, c.state);
    columns.app.set(row, c.application.service);
    columns.domain.set(row, c.application.domain);
    columns.uid.set(row, this.#nameOf(c.id));
    if (open) columns.tags.set(row, 'open');
    columns.attrs.set(row, JSON.stringify(attributes(c)));
    this.#batch.length = row + 1;
  }

  #setAddress(column: EventBatch['columns']['src_ip'], row: number, side: Side): void {
    if (parseIp(side.address, this.#address) !== 0) column.setBytes(row, this.#address, 0);
  }
}

function counts({ packets, ipBytes }: Side): Counts {
  return { packets, ipBytes };
}

function since(side: Side, told: Counts): Counts {
  return { packets: side.packets - told.packets, ipBytes: side.ipBytes - told.ipBytes };
}

/** What has no column, under Zeek's names where it has one; what is not known is left out. */
function attributes(c: Connection): Record<string, unknown> {
  const attrs: Record<string, unknown> = { history: c.history };
  if (c.communityId !== '') attrs.community_id = c.communityId;
  const some = (name: string, value: number) => {
    if (value > 0) attrs[name] = value;
  };
  some('orig_bytes', c.orig.payloadBytes);
  some('resp_bytes', c.resp.payloadBytes);
  some('missed_bytes', c.orig.missedBytes + c.resp.missedBytes);
  some('orig_retransmitted', c.orig.retransmitted);
  some('resp_retransmitted', c.resp.retransmitted);
  some('orig_reordered', c.orig.reordered);
  some('resp_reordered', c.resp.reordered);
  some('rtt_server', rounded(c.handshakeServer));
  some('rtt_client', rounded(c.handshakeClient));
  some('orig_rtt', rounded(c.orig.rttMean));
  some('resp_rtt', rounded(c.resp.rttMean));
  if (c.tunnels !== 0) {
    attrs.tunnels = TUNNEL_NAMES.filter(([, bit]) => (c.tunnels & bit) !== 0).map(([name]) => name);
    some('tunnel_id', c.tunnelId);
  }
  return { ...c.application.attrs, ...attrs };
}

/** Seconds to the microsecond; NaN stays NaN. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
