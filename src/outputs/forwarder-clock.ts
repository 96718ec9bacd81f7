/** Time as the forwarder sees it: tests put their own in its place. */
export interface Clock {
  /** Milliseconds since 1970; may be set back by a person or NTP. */
  now(): number;
  /** Milliseconds that only grow: what intervals are measured with. */
  elapsed(): number;
  /** Calls once, after so many milliseconds, unless the returned function was called before. */
  after(ms: number, call: () => void): () => void;
  /** Calls once, in the next turn of the event loop: others get their turn between two pieces of work. */
  soon(call: () => void): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  soon(call) {
    setImmediate(call);
  },
};
