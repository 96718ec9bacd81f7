import type { Conversation } from '../office.ts';
import { type Device, parts, RECORDS } from './device.ts';
import { countRecords, encodeIpfix } from './encode-ipfix.ts';
import { FlowCache, type Piece, PROTOCOLS, packetsOf } from './pieces.ts';
import { dataTemplate, type FlowRecord, type FlowSet, field, optionsTemplate } from './template.ts';

/** The address behind which the office is hidden. */
export const NAT_ADDRESS = '192.0.2.10';
const REFRESH = 60_000;
const INSIDE = 1;
const OUTSIDE = 2;

/** firewallEvent (233). */
const EVENTS = { deleted: 2, denied: 3, update: 5 } as const;
/** flowEndReason (136): active timeout, end of flow detected. */
const END_REASONS = { active: 2, ended: 3 } as const;

const SESSIONS = dataTemplate(
  300,
  'flowStartMilliseconds',
  'flowEndMilliseconds',
  'flowId',
  'sourceIPv4Address',
  'destinationIPv4Address',
  'sourceTransportPort',
  'destinationTransportPort',
  'protocolIdentifier',
  'postNATSourceIPv4Address',
  'postNAPTSourceTransportPort',
  'ingressInterface',
  'egressInterface',
  'initiatorOctets',
  'responderOctets',
  field('initiatorPackets', 4),
  field('responderPackets', 4),
  'firewallEvent',
  'flowEndReason',
  'applicationId',
  'userName',
);
const DENIED = dataTemplate(
  301,
  'flowStartMilliseconds',
  'sourceIPv4Address',
  'destinationIPv4Address',
  'sourceTransportPort',
  'destinationTransportPort',
  'protocolIdentifier',
  'ingressInterface',
  'octetDeltaCount',
  field('packetDeltaCount', 4),
  'firewallEvent',
);
const APPLICATIONS = optionsTemplate(302, ['applicationId'], 'applicationName', 'applicationDescription');

/** Applications by port, as engine 3 (IANA's port numbers, RFC 6759) knows them. */
const NAMES: readonly (readonly [port: number, name: string, description: string])[] = [
  [22, 'ssh', 'Secure Shell'],
  [23, 'telnet', 'Telnet'],
  [25, 'smtp', 'Mail'],
  [53, 'dns', 'Domain Name System'],
  [80, 'http', 'World Wide Web'],
  [443, 'https', 'World Wide Web over TLS'],
  [445, 'smb', 'Windows file sharing'],
  [3389, 'rdp', 'Remote Desktop'],
  [8080, 'http-alt', 'World Wide Web, other port'],
  [8443, 'https-alt', 'World Wide Web over TLS, other port'],
];
const USERS = ['ada', 'alan', 'barbara', 'dennis', 'edsger', 'frances', 'grace', 'hedy', 'john', 'ken', 'niklaus'];

/** The firewall at the edge: IPFIX, each connection with both directions, its NAT, user and application; and denials. */
export class Firewall implements Device {
  readonly #cache = new FlowCache();
  readonly #ids = new WeakMap<Conversation, number>();
  #denied: Conversation[] = [];
  #sequence = 0;
  #nextId = 1;
  #refreshed = Number.NEGATIVE_INFINITY;

  see(conversation: Conversation): void {
    if (conversation.state !== 'SF') this.#denied.push(conversation);
    else {
      this.#ids.set(conversation, this.#nextId++);
      this.#cache.add(conversation);
    }
  }

  export(now: number): Buffer[] {
    const sessions = this.#cache.take(now).map((piece) => this.#session(piece));
    const denied = this.#denied.map(denial);
    this.#denied = [];
    const messages: FlowSet[][] = [
      ...parts(sessions, RECORDS / 2).map((records) => [{ template: SESSIONS, records }]),
      ...parts(denied, RECORDS).map((records) => [{ template: DENIED, records }]),
    ];
    if (now - this.#refreshed >= REFRESH) {
      this.#refreshed = now;
      messages.unshift([
        { templates: [SESSIONS, DENIED, APPLICATIONS] },
        { template: APPLICATIONS, records: NAMES.map(application) },
      ]);
    }
    return messages.map((sets) => {
      const message = encodeIpfix({ domain: 1, sequence: this.#sequence, exportTime: now }, sets);
      this.#sequence = (this.#sequence + countRecords(sets)) >>> 0;
      return message;
    });
  }

  #session(piece: Piece): FlowRecord {
    const { conversation, sent, received, last } = piece;
    const { from, to, fromPort, toPort, proto } = conversation;
    return {
      flowStartMilliseconds: piece.start,
      flowEndMilliseconds: piece.end,
      flowId: this.#ids.get(conversation),
      sourceIPv4Address: from,
      destinationIPv4Address: to,
      sourceTransportPort: fromPort,
      destinationTransportPort: toPort,
      protocolIdentifier: PROTOCOLS[proto],
      postNATSourceIPv4Address: NAT_ADDRESS,
      postNAPTSourceTransportPort: 1_024 + ((fromPort * 7) % 64_000),
      ingressInterface: INSIDE,
      egressInterface: OUTSIDE,
      initiatorOctets: sent,
      responderOctets: received,
      initiatorPackets: packetsOf(sent),
      responderPackets: packetsOf(received),
      firewallEvent: last ? EVENTS.deleted : EVENTS.update,
      flowEndReason: last ? END_REASONS.ended : END_REASONS.active,
      applicationId: applicationId(toPort),
      userName: userOf(from),
    };
  }
}

function denial({ at, from, to, fromPort, toPort, proto, sent }: Conversation): FlowRecord {
  return {
    flowStartMilliseconds: Math.round(at * 1000),
    sourceIPv4Address: from,
    destinationIPv4Address: to,
    sourceTransportPort: fromPort,
    destinationTransportPort: toPort,
    protocolIdentifier: PROTOCOLS[proto],
    ingressInterface: OUTSIDE,
    octetDeltaCount: sent,
    packetDeltaCount: packetsOf(sent),
    firewallEvent: EVENTS.denied,
  };
}

function application([port, name, description]: (typeof NAMES)[number]): FlowRecord {
  return { applicationId: applicationId(port), applicationName: name, applicationDescription: description };
}

/** Engine in the first byte, what it calls the application in the others. */
function applicationId(port: number): Uint8Array {
  return Uint8Array.of(3, 0, port >> 8, port & 255);
}

/** Two of three hosts have somebody logged in. */
function userOf(address: string): string {
  const host = Number(address.split('.')[3]);
  return host % 3 === 0 ? '' : USERS[host % USERS.length];
}
