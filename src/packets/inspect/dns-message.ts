import { formatIp, formatV4 } from '../../model/address.ts';
import { className, isKnownType, netbiosTypeName, rcodeName, TYPE, typeName } from './dns-codes.ts';
import { DnsName } from './dns-name.ts';
import { textOf, u16, u32 } from './text.ts';

const HEADER = 12;
const RESPONSE = 0x8000;
const MAX_ANSWERS = 20;
/** Records that are walked at most, to find the one with the high bits of the response code. */
const MAX_RECORDS = 256;
const MAX_TXT = 64;

/** One DNS message as it was read. */
export interface DnsParts {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  /** 0 to 4095, with the high bits from EDNS. */
  readonly rcode: number;
  /** First question; empty, 0 and 0 when there is none. */
  readonly name: string;
  readonly longestLabel: number;
  readonly qtype: number;
  readonly qclass: number;
  /** As Zeek writes them: addresses, names, `TXT 18 text`, and `HTTPS 45` (type and bytes) for all others; 20 at most. */
  readonly answers: readonly string[];
  /** Seconds, one for each of `answers`. */
  readonly ttls: readonly number[];
  /** Bytes of the message. */
  readonly bytes: number;
  /** Every record was read and nothing is left over: it can hardly be anything but DNS. */
  readonly whole: boolean;
}

const name = new DnsName();

/**
 * Whether [start, end) begins like a DNS message: 12 bytes are enough to rule out nearly everything else.
 * @param loose takes updates, notifications and other operations as well.
 */
export function isDnsHeader(bytes: Uint8Array, start: number, end: number, loose: boolean): boolean {
  if (end - start < HEADER) return false;
  const flags = u16(bytes, start + 2);
  const opcode = (flags >> 11) & 15;
  const questions = u16(bytes, start + 4);
  const answers = u16(bytes, start + 6);
  const authorities = u16(bytes, start + 8);
  const additional = u16(bytes, start + 10);
  if (loose) return questions <= 64 && answers <= 1024 && authorities <= 1024 && additional <= 1024;
  if (opcode !== 0 || (flags & 0x40) !== 0 || (flags & 15) > 10 || questions !== 1) return false;
  if ((flags & RESPONSE) === 0) return answers === 0 && authorities === 0 && additional <= 2 && (flags & 15) === 0;
  return answers <= 256 && authorities <= 64 && additional <= 64;
}

/**
 * Reads a DNS message (RFC 1035 section 4, EDNS by RFC 6891). What the capture or the sender cut off is left out, the
 * question has to be there.
 * @returns undefined when it is none.
 */
export function readDns(bytes: Uint8Array, start: number, end: number): DnsParts | undefined {
  if (end - start < HEADER) return undefined;
  const flags = u16(bytes, start + 2);
  const questions = u16(bytes, start + 4);
  let at = start + HEADER;
  const question = { name: '', longest: 0, type: 0, class: 0 };
  for (let i = 0; i < questions; i++) {
    if (!name.read(bytes, start, at, end) || name.next + 4 > end) {
      if (i === 0) return undefined;
      at = -1;
      break;
    }
    if (i === 0) {
      question.name = name.text;
      question.longest = name.longest;
      question.type = u16(bytes, name.next);
      question.class = u16(bytes, name.next + 2);
    }
    at = name.next + 4;
  }
  const records = new Records();
  const whole = at !== -1 && records.read(bytes, start, at, end, question.name === '');
  return {
    id: u16(bytes, start),
    response: (flags & RESPONSE) !== 0,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    rcode: (records.extended << 4) | (flags & 15),
    name: question.name || records.owner,
    longestLabel: question.longest,
    qtype: question.type || records.type,
    qclass: question.class || records.class,
    answers: records.answers,
    ttls: records.ttls,
    bytes: end - start,
    whole: whole && (questions === 0 || isKnownType(question.type)),
  };
}

/** The records behind the questions. */
class Records {
  readonly answers: string[] = [];
  readonly ttls: number[] = [];
  /** High bits of the response code. */
  extended = 0;
  /** Of the first answer: what a message without question is about (mDNS). */
  owner = '';
  type = 0;
  class = 0;

  /** @param owned whether {@link owner} is wanted. @returns whether all of them are there and nothing follows. */
  read(bytes: Uint8Array, message: number, from: number, end: number, owned: boolean): boolean {
    const answers = u16(bytes, message + 6);
    const all = answers + u16(bytes, message + 8) + u16(bytes, message + 10);
    let at = from;
    for (let i = 0; i < all; i++) {
      if (i === MAX_RECORDS) return false;
      if (!name.read(bytes, message, at, end) || name.next + 10 > end) return false;
      const { next } = name;
      const type = u16(bytes, next);
      const data = next + 10;
      const length = u16(bytes, next + 8);
      if (data + length > end) return false;
      if (i === 0 && answers > 0) {
        if (owned) this.owner = name.text;
        this.type = type;
        this.class = u16(bytes, next + 2);
      }
      if (type === TYPE.opt) this.extended = bytes[next + 4];
      else if (i < answers && this.answers.length < MAX_ANSWERS) {
        this.ttls.push(u32(bytes, next + 4));
        this.answers.push(answerText(bytes, message, type, data, data + length));
      }
      at = data + length;
    }
    return at === end;
  }
}

/** Where in the data of a record its name begins, for the types that are shown as a name. */
const NAME_AT = new Map<number, number>([
  [TYPE.ns, 0],
  [TYPE.cname, 0],
  [TYPE.soa, 0],
  [TYPE.ptr, 0],
  [TYPE.dname, 0],
  [TYPE.mx, 2],
  [TYPE.srv, 6],
]);

function answerText(bytes: Uint8Array, message: number, type: number, start: number, end: number): string {
  if (type === TYPE.a && end - start === 4) return formatV4(u32(bytes, start));
  if (type === TYPE.aaaa && end - start === 16) return formatIp(bytes, start);
  if (type === TYPE.txt && end > start) {
    const length = Math.min(bytes[start], end - start - 1);
    return `TXT ${bytes[start]} ${textOf(bytes, start + 1, start + 1 + length, MAX_TXT)}`;
  }
  const offset = NAME_AT.get(type);
  if (offset !== undefined && name.read(bytes, message, start + offset, end)) return name.text;
  return `${typeName(type)} ${end - start}`;
}

/** A query together with its answer, as far as both were seen. */
export interface DnsMessage {
  readonly protocol: 'dns' | 'mdns' | 'llmnr' | 'nbns';
  /** Microseconds since 1970 of the query; of the answer when only that was seen. */
  readonly time: number;
  readonly id: number;
  readonly opcode: number;
  /** In lower case, see {@link DnsName.text}. */
  readonly query: string;
  /** Octets of the longest label of the query. */
  readonly longestLabel: number;
  readonly qtype: number;
  readonly qtypeName: string;
  readonly qclass: number;
  readonly qclassName: string;
  readonly recursionDesired: boolean;
  /** How often the query was sent. 0 when only the answer was seen. */
  sent: number;
  /** Bytes of the query; 0 when it was not seen. */
  readonly queryBytes: number;
  /** All that follows is of the answer: `rcode` is -1, `rtt` NaN, and the rest empty or false until there is one. */
  rcode: number;
  rcodeName: string;
  /** Seconds from the first sending of the query to the answer; NaN when one of them was not seen. */
  rtt: number;
  answers: readonly string[];
  ttls: readonly number[];
  answerBytes: number;
  authoritative: boolean;
  truncated: boolean;
  recursionAvailable: boolean;
}

/** A {@link DnsMessage} of what `parts` asks for. */
export function asQuery(parts: DnsParts, protocol: DnsMessage['protocol'], query: string, time: number): DnsMessage {
  const seen = !parts.response;
  // mDNS uses the highest bit for "answer me alone" and "forget the others" (RFC 6762 sections 5.4 and 10.2).
  const qclass = protocol === 'mdns' ? parts.qclass & 0x7fff : parts.qclass;
  return {
    protocol,
    time,
    id: parts.id,
    opcode: parts.opcode,
    query,
    longestLabel: parts.longestLabel,
    qtype: parts.qtype,
    qtypeName: protocol === 'nbns' ? netbiosTypeName(parts.qtype) : typeName(parts.qtype),
    qclass,
    qclassName: className(qclass),
    recursionDesired: parts.recursionDesired,
    sent: seen ? 1 : 0,
    queryBytes: seen ? parts.bytes : 0,
    rcode: -1,
    rcodeName: '',
    rtt: Number.NaN,
    answers: [],
    ttls: [],
    answerBytes: 0,
    authoritative: false,
    truncated: false,
    recursionAvailable: false,
  };
}

/** Puts the answer into `message`. @param rtt seconds. */
export function putAnswer(message: DnsMessage, parts: DnsParts, rtt: number): void {
  message.rcode = parts.rcode;
  message.rcodeName = rcodeName(parts.rcode);
  message.rtt = rtt;
  message.answers = parts.answers;
  message.ttls = parts.ttls;
  message.answerBytes = parts.bytes;
  message.authoritative = parts.authoritative;
  message.truncated = parts.truncated;
  message.recursionAvailable = parts.recursionAvailable;
}
