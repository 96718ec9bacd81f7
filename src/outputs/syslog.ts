import { checkLiteral } from '../kit/address-guard.ts';
import { HttpFailure } from '../kit/http-client.ts';
import type { EventRow } from '../model/event-row.ts';
import { encoderNamed } from './encode/named-encoders.ts';
import type { RowEncoder } from './encode/row-encoder.ts';
import { type DeliveryParts, delivered, type Problem, places, undelivered } from './http-sender.ts';
import type { Delivery, Output, OutputKind, OutputParts, SendLimits } from './output.ts';
import { portOf, type SyslogConfig, syslogSchema } from './syslog-config.ts';
import { SyslogDatagrams } from './syslog-datagrams.ts';
import { datagram, framed, SyslogMessage } from './syslog-message.ts';
import { SyslogStream } from './syslog-stream.ts';

/** Of a batch: what a break makes come twice is at most this, times {@link CONCURRENCY}. */
const BATCH_BYTES = 4 * 2 ** 20;
/** Batches that wait for their connection to have lasted. */
const CONCURRENCY = 8;

/** Messages of RFC 5424 to a syslog server, over TCP, TLS or UDP. */
export class Syslog implements Output {
  readonly limits: SendLimits;
  readonly columns: readonly string[] | undefined;
  readonly endpoint: string;
  readonly #config: SyslogConfig;
  readonly #message: SyslogMessage;
  readonly #way: SyslogStream | SyslogDatagrams;

  /** @throws RefusedAddress when the host is an address that is never sent to. */
  constructor(config: SyslogConfig, encoder: RowEncoder) {
    const { host, transport, facility, hostname, app_name: appName, sd_id: sdId } = config;
    const { allow_private: allowPrivate, timeout_ms: timeoutMs, settle_ms: settleMs } = config;
    checkLiteral(host, allowPrivate);
    const port = portOf(config);
    const lossy = transport === 'udp';
    this.limits = { events: config.batch_size, bytes: BATCH_BYTES, concurrency: lossy ? 1 : CONCURRENCY };
    this.endpoint = `syslog+${transport}://${host.includes(':') ? `[${host}]` : host}:${port}${lossy ? ' (not confirmed)' : ''}`;
    this.#config = config;
    this.#message = new SyslogMessage({ facility, hostname, appName, sdId }, encoder);
    this.columns = this.#message.columns;
    const { verify_tls: verify, ca, cert, key } = config;
    const tls = transport === 'tls' ? { verify, ca, cert, key } : undefined;
    this.#way = lossy
      ? new SyslogDatagrams({ host, port, allowPrivate })
      : new SyslogStream({ host, port, allowPrivate, timeoutMs, settleMs, tls });
  }

  send(rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    return this.#way instanceof SyslogStream
      ? this.#stream(this.#way, rows, signal)
      : this.#datagrams(this.#way, rows, signal);
  }

  /** Whether there is a connection to be had; over UDP, whether the name has an address. */
  async probe(): Promise<Delivery> {
    try {
      await this.#way.probe();
      return delivered({ bytes: 0, status: null });
    } catch (error) {
      return undelivered(problemOf(error), [], { bytes: 0 });
    }
  }

  async close(): Promise<void> {
    await this.#way.close();
  }

  async #stream(stream: SyslogStream, rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    const { framing } = this.#config;
    const bytes = Buffer.from(rows.map((row) => framed(this.#message.write(row), framing)).join(''));
    try {
      await stream.send(bytes, signal);
      return delivered({ bytes: bytes.length, body: bytes.length, status: null });
    } catch (error) {
      return undelivered(problemOf(error), places(0, rows.length), { bytes: bytes.length });
    }
  }

  async #datagrams(way: SyslogDatagrams, rows: readonly EventRow[], signal: AbortSignal): Promise<Delivery> {
    const { max_datagram } = this.#config;
    const all = rows.map((row) => datagram(this.#message.write(row), max_datagram));
    const { sent, error } = await way.send(
      all.map(({ bytes }) => bytes),
      signal,
    );
    const bytes = all.slice(0, sent).reduce((sum, each) => sum + each.bytes.length, 0);
    const parts: DeliveryParts = { bytes, body: bytes };
    if (sent < rows.length) return undelivered(problemOf(error), places(sent, rows.length), parts);
    const cut = all.filter((each) => each.cut).length;
    if (cut === 0) return delivered({ ...parts, status: null });
    const detail = `${cut} of ${rows.length} messages were longer than ${max_datagram} bytes and were cut.`;
    return delivered({ ...parts, status: null, code: 'CUT', detail });
  }
}

function problemOf(error: unknown): Problem {
  const failure =
    error instanceof HttpFailure ? error : new HttpFailure('aborted', 'ABORTED', 'The sending was given up.');
  const blocked = failure.kind === 'tls' || failure.kind === 'refused';
  return { outcome: blocked ? 'blocked' : 'retry', status: null, code: failure.code, detail: failure.message };
}

export const syslog: OutputKind<SyslogConfig> = {
  type: 'syslog',
  schema: syslogSchema,
  secrets: ['key'],
  make: (config, parts: OutputParts) => new Syslog(config, encoderNamed(config.format, { version: parts.version })),
};
