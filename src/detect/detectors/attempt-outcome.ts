import type { Observation } from '../../model/window.ts';
import { ACK, CONTROL, FIN, PSH, RST, SYN, TCP, UDP } from './tcp-flags.ts';

/** What came of a try to connect. `none`: it was no such try, or it cannot be told. `unanswered` may still succeed. */
export type Outcome = 'success' | 'failure' | 'unanswered' | 'none';

/** Zeek's states in which the originator's SYN was seen, by what came of it. */
const STATES: ReadonlyMap<string, Outcome> = new Map(
  Object.entries<Outcome>({
    S0: 'unanswered',
    REJ: 'failure',
    RSTOS0: 'failure',
    SH: 'failure',
    SF: 'success',
    S1: 'success',
    S2: 'success',
    S3: 'success',
    RSTO: 'success',
    RSTR: 'success',
  }),
);

/**
 * What came of a connection, for the detection of scans. Only what began with SYN without ACK counts in TCP: the
 * answers to somebody's forged SYNs (backscatter) are nobody's scan. One-way UDP counts only where both directions are
 * seen for sure, so not in flows.
 */
export function outcomeOf(o: Observation): Outcome {
  if (o.proto === TCP) return o.state === '' ? outcomeOfFlags(o) : outcomeOfState(o);
  if (o.proto !== UDP || o.state === '') return 'none';
  if (o.dstPackets > 0) return 'success';
  return o.state === 'S0' ? 'unanswered' : 'none';
}

function outcomeOfState(o: Observation): Outcome {
  const outcome = STATES.get(o.state) ?? 'none';
  if (outcome === 'success' || o.tcpFlags === 0) return outcome;
  return (o.tcpFlags & (SYN | ACK)) === SYN ? outcome : 'none';
}

function outcomeOfFlags(o: Observation): Outcome {
  const flags = o.tcpFlags & CONTROL;
  if ((flags & SYN) === 0) return 'none';
  if (flags === SYN) return o.dstPackets > 0 ? 'none' : 'unanswered';
  if (flags === (SYN | RST)) return 'failure';
  const went = (flags & ACK) !== 0 && ((flags & (FIN | PSH)) !== 0 || o.srcPackets >= 3);
  return went ? 'success' : 'none';
}
