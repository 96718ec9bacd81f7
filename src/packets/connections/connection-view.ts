import type { Application, Connection, Inspector, Side } from '../connection.ts';
import type { AddressNames } from './address-names.ts';
import { historyText } from './history.ts';
import { FAMILY_SHIFT, TCP } from './packet-key.ts';
import {
  BITS,
  CONN_BITS,
  DATA,
  DUPLICATE_ACKS,
  END_AT,
  HANDSHAKE_CLIENT,
  HANDSHAKE_SERVER,
  ID_AT,
  IP_BYTES_AT,
  MISSED_AT,
  ORIG,
  ORIG_ADDRESS,
  PACKETS,
  PAYLOAD_AT,
  type Page,
  PORTS,
  REORDERED,
  REPEATED_CONTROL,
  RESP,
  RESP_ADDRESS,
  RETRANSMITTED,
  RTT_MAX,
  RTT_MIN,
  RTT_SAMPLES,
  RTT_SUM_AT,
  SIDE_STATUS,
  SRTT,
  START_AT,
  STATE_SHIFT,
  TAG,
  TUNNEL_ID,
  TUNNEL_KINDS,
  VLAN,
  ZERO_WINDOWS,
} from './record-layout.ts';
import type { CommunityId } from './table-options.ts';
import { datagramState, tcpState } from './tcp-state.ts';

const NOTHING: Application = { service: '', domain: '', attrs: {} };
const STATES = 7;

/** `conn_state` of the record at `at`. */
export function stateOf(page: Page, at: number): string {
  const { ints, doubles } = page;
  if ((ints[at + TAG] & 0xff) === TCP) {
    const orig = (ints[at + ORIG + SIDE_STATUS] >> STATE_SHIFT) & STATES;
    const resp = (ints[at + RESP + SIDE_STATUS] >> STATE_SHIFT) & STATES;
    const payload = doubles[(at + ORIG + PAYLOAD_AT) >> 1] + doubles[(at + RESP + PAYLOAD_AT) >> 1];
    return tcpState(orig, resp, payload === 0);
  }
  if ((ints[at + BITS] & CONN_BITS.oneWay) !== 0) return 'OTH';
  return datagramState(ints[at + ORIG + PACKETS], ints[at + RESP + PACKETS]);
}

class SideView implements Side {
  port = 0;
  readonly #names: AddressNames;
  /** From the beginning of the record to this side's part, and to its address. */
  readonly #side: number;
  readonly #offset: number;
  #page!: Page;
  #record = 0;
  #at = 0;

  constructor(names: AddressNames, side: number, address: number) {
    this.#names = names;
    this.#side = side;
    this.#offset = address;
  }

  show(page: Page, record: number, port: number): void {
    this.#page = page;
    this.#record = record;
    this.#at = record + this.#side;
    this.port = port;
  }

  get address(): string {
    const { ints } = this.#page;
    const family = (ints[this.#record + TAG] >> FAMILY_SHIFT) & 15;
    return this.#names.name(ints, this.#record + this.#offset, family);
  }

  #count(offset: number): number {
    return this.#page.ints[this.#at + offset] >>> 0;
  }

  #sum(offset: number): number {
    return this.#page.doubles[(this.#at + offset) >> 1];
  }

  #seconds(offset: number): number {
    return this.rttSamples === 0 ? Number.NaN : this.#page.floats[this.#at + offset] / 1e6;
  }

  get packets(): number {
    return this.#count(PACKETS);
  }

  get ipBytes(): number {
    return this.#sum(IP_BYTES_AT);
  }

  get payloadBytes(): number {
    return this.#sum(PAYLOAD_AT);
  }

  get flags(): number {
    return this.#count(SIDE_STATUS) & 0xff;
  }

  get dataSegments(): number {
    return this.#count(DATA);
  }

  /** SYN and FIN included. */
  get retransmitted(): number {
    return this.#count(RETRANSMITTED) + this.#count(REPEATED_CONTROL);
  }

  get reordered(): number {
    return this.#count(REORDERED);
  }

  get missedBytes(): number {
    return this.#sum(MISSED_AT);
  }

  get duplicateAcks(): number {
    return this.#count(DUPLICATE_ACKS);
  }

  get zeroWindows(): number {
    return this.#count(ZERO_WINDOWS);
  }

  get rttSamples(): number {
    return this.#count(RTT_SAMPLES);
  }

  get rttMin(): number {
    return this.#seconds(RTT_MIN);
  }

  get rttMean(): number {
    return this.rttSamples === 0 ? Number.NaN : this.#sum(RTT_SUM_AT) / this.rttSamples / 1e6;
  }

  get rttMax(): number {
    return this.#seconds(RTT_MAX);
  }

  get srtt(): number {
    return this.#seconds(SRTT);
  }
}

/** The one object through which connections are shown: it reads the record at the moment it is asked. */
export class ConnectionView implements Connection {
  readonly orig: SideView;
  readonly resp: SideView;
  readonly #inspector: Inspector | undefined;
  readonly #communityId: CommunityId | undefined;
  readonly #addresses = new Uint8Array(32);
  readonly #words = new DataView(this.#addresses.buffer);
  #page!: Page;
  #at = 0;
  #slot = 0;

  constructor(names: AddressNames, inspector?: Inspector, communityId?: CommunityId) {
    this.orig = new SideView(names, ORIG, ORIG_ADDRESS);
    this.resp = new SideView(names, RESP, RESP_ADDRESS);
    this.#inspector = inspector;
    this.#communityId = communityId;
  }

  show(page: Page, at: number, slot: number): this {
    this.#page = page;
    this.#at = at;
    this.#slot = slot;
    const ports = page.ints[at + PORTS];
    this.orig.show(page, at, ports >>> 16);
    this.resp.show(page, at, ports & 0xffff);
    return this;
  }

  get words(): Int32Array {
    return this.#page.ints;
  }

  get addresses(): number {
    return this.#at + ORIG_ADDRESS;
  }

  get id(): number {
    return this.#page.doubles[(this.#at + ID_AT) >> 1];
  }

  get start(): number {
    return this.#page.doubles[(this.#at + START_AT) >> 1];
  }

  get end(): number {
    return this.#page.doubles[(this.#at + END_AT) >> 1];
  }

  get family(): number {
    return (this.#page.ints[this.#at + TAG] >> FAMILY_SHIFT) & 15;
  }

  get proto(): number {
    return this.#page.ints[this.#at + TAG] & 0xff;
  }

  get state(): string {
    return stateOf(this.#page, this.#at);
  }

  get history(): string {
    return historyText(this.#page.bytes, this.#at);
  }

  get handshakeServer(): number {
    return this.proto === TCP ? this.#page.floats[this.#at + HANDSHAKE_SERVER] / 1e6 : Number.NaN;
  }

  get handshakeClient(): number {
    return this.proto === TCP ? this.#page.floats[this.#at + HANDSHAKE_CLIENT] / 1e6 : Number.NaN;
  }

  get vlan(): number {
    return this.#page.ints[this.#at + VLAN];
  }

  get tunnels(): number {
    return this.#page.ints[this.#at + TUNNEL_KINDS];
  }

  get tunnelId(): number {
    return this.#page.ints[this.#at + TUNNEL_ID] >>> 0;
  }

  get communityId(): string {
    if (!this.#communityId) return '';
    const { ints } = this.#page;
    for (let i = 0; i < 8; i++) this.#words.setInt32(i * 4, ints[this.#at + ORIG_ADDRESS + i]);
    const length = this.family === 4 ? 4 : 16;
    return this.#communityId(this.proto, this.#addresses, 0, 16, length, this.orig.port, this.resp.port);
  }

  get application(): Application {
    return this.#inspector?.application(this.#slot) ?? NOTHING;
  }
}
