/** Who talks. Reused: what has to stay is copied. */
export interface Host {
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  v6: boolean;
  /** Of the conversation. */
  number: number;
}

/** Conversations of a kind, each at a place of its own. */
export interface Talk {
  begin(place: number, host: Host, time: number): void;
  /** Writes what comes next; answers microseconds until the next step, negative when there is none. */
  step(place: number, time: number): number;
}
