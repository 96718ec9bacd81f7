import type { Observation } from '../../model/window.ts';
import { NULL_FLAGS, SYN_FIN, XMAS } from './header-problems.ts';
import { ACK, CONTROL, FIN, PSH, SYN, TCP, URG } from './tcp-flags.ts';

/** Scans by flags that no TCP sends first, as nmap names them. */
export type FlagScan = 'NULL' | 'FIN' | 'Xmas' | 'ACK' | 'Maimon' | 'SYN+FIN';

/**
 * Which scan a connection may be a probe of. One that carried data, went on, or was answered other than by a reset, is
 * none: it began before the capture did.
 */
export function flagScanOf(o: Observation): FlagScan | undefined {
  if (o.proto !== TCP || o.srcPackets > 2 || o.dataSegments > 0) return undefined;
  if (o.problems & NULL_FLAGS) return 'NULL';
  if (o.problems & SYN_FIN) return 'SYN+FIN';
  if (o.problems & XMAS) return 'Xmas';
  if (o.dstPackets > 0 && !o.state.includes('RST') && o.state !== 'REJ') return undefined;
  switch (o.tcpFlags & CONTROL) {
    case FIN:
      return 'FIN';
    case FIN | PSH | URG:
      return 'Xmas';
    case SYN | FIN:
      return 'SYN+FIN';
    case ACK:
      return 'ACK';
    case FIN | ACK:
      return 'Maimon';
    default:
      return undefined;
  }
}
