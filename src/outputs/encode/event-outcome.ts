import type { EventRow } from '../../model/event-row.ts';
import { asText, httpStatusOf } from './row-values.ts';

export interface Ending {
  readonly outcome: 'success' | 'failure' | '';
  /** Of ECS: what `event.type` holds beside `connection`. */
  readonly types: readonly ('start' | 'end' | 'denied')[];
  /** Of OCSF Network Activity: 1 open, 2 close, 3 reset, 5 refuse, 6 traffic. */
  readonly activity: 1 | 2 | 3 | 5 | 6;
  /** Of CIM Network_Traffic. */
  readonly action: 'allowed' | 'blocked' | 'teardown';
}

export const NO_ENDING: Ending = { outcome: '', types: [], activity: 6, action: 'allowed' };

/**
 * What the `state` of a flow or connection says: Zeek's conn_state (docs.zeek.org, base/protocols/conn), the firewall
 * event of an exporter (IPFIX element 233), the flow end reason (element 136), a packet that sFlow saw discarded.
 * A connection that was refused by a closed port was still let through.
 */
export const ENDINGS: ReadonlyMap<string, Ending> = new Map(
  Object.entries<Ending>({
    S0: { outcome: 'failure', types: ['start'], activity: 6, action: 'allowed' },
    S1: { outcome: 'success', types: ['start'], activity: 1, action: 'allowed' },
    S2: { outcome: 'success', types: ['start'], activity: 6, action: 'allowed' },
    S3: { outcome: 'success', types: ['start'], activity: 6, action: 'allowed' },
    SF: { outcome: 'success', types: ['start', 'end'], activity: 2, action: 'allowed' },
    REJ: { outcome: 'failure', types: ['start', 'denied'], activity: 5, action: 'allowed' },
    RSTO: { outcome: 'success', types: ['start', 'end'], activity: 3, action: 'allowed' },
    RSTR: { outcome: 'success', types: ['start', 'end'], activity: 3, action: 'allowed' },
    RSTOS0: { outcome: 'failure', types: ['start', 'end'], activity: 3, action: 'allowed' },
    RSTRH: { outcome: 'failure', types: ['end'], activity: 3, action: 'allowed' },
    SH: { outcome: 'failure', types: ['start', 'end'], activity: 6, action: 'allowed' },
    SHR: { outcome: 'failure', types: ['end'], activity: 6, action: 'allowed' },
    created: { outcome: 'success', types: ['start'], activity: 1, action: 'allowed' },
    deleted: { outcome: 'success', types: ['end'], activity: 2, action: 'teardown' },
    denied: { outcome: 'failure', types: ['denied'], activity: 5, action: 'blocked' },
    discarded: { outcome: 'failure', types: ['denied'], activity: 5, action: 'blocked' },
    'end-of-flow': { outcome: '', types: ['end'], activity: 2, action: 'allowed' },
  }),
);

/** How a flow or connection ended. */
export function endingOf(row: EventRow): Ending {
  return ENDINGS.get(asText(row.state)) ?? NO_ENDING;
}

/** Whether it went well, where its kind says so. */
export function outcomeOf(row: EventRow): Ending['outcome'] {
  switch (row.kind) {
    case 'flow':
    case 'conn':
    case 'packet':
      return endingOf(row).outcome;
    case 'dns': {
      const code = asText(row.state);
      if (code === '') return '';
      return code === 'NOERROR' || code === '0' ? 'success' : 'failure';
    }
    case 'http': {
      const status = httpStatusOf(row);
      if (status === 0) return '';
      return status < 400 ? 'success' : 'failure';
    }
    default:
      return '';
  }
}

/** RFC 6895, section 2.3: the codes of DNS headers. */
const RCODES =
  'NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE DSOTYPENI'.split(' ');

/** Name of the response code of a DNS event, whose state is a name or a number. */
export function rcodeNameOf(row: EventRow): string {
  const state = asText(row.state);
  const first = state.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 ? (RCODES[Number(state)] ?? state) : state;
}

/** Number of the response code by its name; undefined for one that has none here. */
export function rcodeOf(name: string): number | undefined {
  const code = RCODES.indexOf(name.toUpperCase());
  return code < 0 ? undefined : code;
}
