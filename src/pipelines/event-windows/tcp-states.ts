import { ACK, FIN, RST, SYN } from '../../detect/detectors/tcp-flags.ts';

/** The letters of Zeek's `history` that stand for flags of the originator. https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html */
const LETTERS: Readonly<Record<string, number>> = {
  S: SYN,
  H: SYN | ACK,
  A: ACK,
  D: ACK,
  F: FIN,
  R: RST,
};

/** Flags of the originator as far as a `history` tells them; 0 without one. */
export function flagsOfHistory(history: string): number {
  let flags = 0;
  for (let i = 0; i < history.length; i++) flags |= LETTERS[history[i]] ?? 0;
  return flags;
}

const STATES: ReadonlySet<string> = new Set('S0 S1 S2 S3 SF REJ RSTO RSTR RSTOS0 RSTRH SH SHR OTH'.split(' '));

/** Whether this is a `conn_state` of Zeek. */
export function isConnState(state: string): boolean {
  return STATES.has(state);
}

/**
 * Zeek's `conn_state` as far as the flags of both directions tell it; empty where they do not: the other direction may
 * have gone a way that nobody exports. That a SYN had no answer is told by the originator alone, who never sent an ACK.
 *
 * @param orig union of the flags of all packets of the originator. @param resp the same of the responder; 0 for no packet.
 */
export function stateOfFlags(orig: number, resp: number): string {
  if ((orig & SYN) === 0) return '';
  if (resp === 0) return silentState(orig);
  if ((resp & SYN) === 0) return (resp & RST) !== 0 && (orig & ACK) === 0 ? 'REJ' : '';
  if ((orig & RST) !== 0) return 'RSTO';
  if ((resp & RST) !== 0) return 'RSTR';
  if ((orig & FIN) !== 0) return (resp & FIN) !== 0 ? 'SF' : 'S2';
  return (resp & FIN) !== 0 ? 'S3' : 'S1';
}

function silentState(orig: number): string {
  if ((orig & ACK) !== 0) return '';
  if ((orig & RST) !== 0) return 'RSTOS0';
  return (orig & FIN) !== 0 ? 'SH' : 'S0';
}

/**
 * The same where one record has the flags of both directions together, as bidirectional flows have.
 *
 * @param sent packets of the originator. @param answered of the responder.
 */
export function stateOfUnion(flags: number, sent: number, answered: number): string {
  if ((flags & SYN) === 0) return '';
  if (answered === 0) return silentState(flags);
  // Three packets make a handshake; a SYN that is refused takes one, or two or three when it is repeated.
  if ((flags & RST) !== 0) return (flags & FIN) === 0 && sent <= answered + 1 && sent < 3 ? 'REJ' : 'RSTO';
  return (flags & FIN) !== 0 ? 'SF' : 'S1';
}
