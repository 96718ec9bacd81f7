import { Random } from '../random.ts';

/** Which requests a fault hits. */
interface Aim {
  /** Part of the path; the route that takes events when not given. */
  readonly route?: string;
  /** Share of the requests, 0 to 1: all when not given. */
  readonly share?: number;
  /** How often it happens, then no more; for ever when not given. */
  times?: number;
}

/** Answers with a status and nothing taken: 429, 500, 503, a proxy's page. */
interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  /** Writes `Retry-After` as a date. */
  readonly asDate?: boolean;
}

/** Waits before it works (`before`, the default), or has taken the events and answers late (`after`). */
interface SlowFault {
  readonly kind: 'slow';
  readonly ms: number;
  readonly when?: 'before' | 'after';
}

/** Ends the connection without an answer: before the events are taken, or after it. */
interface TearFault {
  readonly kind: 'tear';
  readonly when: 'before' | 'after';
}

/** Takes the events and ends the connection in the middle of the answer. */
interface TruncateFault {
  readonly kind: 'truncate';
}

/** What only one receiver knows: the answer of one of its codes, or single events it refuses. */
interface OwnFault {
  readonly kind: 'code' | 'item';
  readonly code: number | string;
  /** Of `item`: ids it hits. */
  readonly ids?: readonly string[];
  /** Of `item`: hits every id that this number divides. */
  readonly every?: number;
}

export type Fault = Aim & (StatusFault | SlowFault | TearFault | TruncateFault | OwnFault);

/** Of one kind. */
export type FaultOf<K extends Fault['kind']> = Fault & { readonly kind: K };

/** Decides which faults a request meets; the same seed and requests give the same faults. */
export class FaultDice {
  readonly #random: Random;

  constructor(seed = 1) {
    this.#random = new Random(seed);
  }

  /** @param main Whether the path is the one that takes events. */
  pick(faults: readonly Fault[], path: string, main: boolean): Fault[] {
    return faults.filter((fault) => {
      const aimed = fault.route === undefined ? main : path.includes(fault.route);
      if (!aimed || fault.times === 0) return false;
      if (fault.share !== undefined && this.#random.next() >= fault.share) return false;
      if (fault.times !== undefined) fault.times--;
      return true;
    });
  }
}

export function faultOf<K extends Fault['kind']>(faults: readonly Fault[], kind: K): FaultOf<K> | undefined {
  return faults.find((fault): fault is FaultOf<K> => fault.kind === kind);
}

/** Whether an `item` fault hits the event with this id. */
export function hits(fault: FaultOf<'item'>, id: string): boolean {
  if (fault.ids?.includes(id)) return true;
  return fault.every !== undefined && /^\d+$/.test(id) && BigInt(id) % BigInt(fault.every) === 0n;
}
