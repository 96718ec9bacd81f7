/** What the connection with this id is called in evidence and in lists of connections: `C1`, `Cz`, `C10`. */
export function connectionName(id: number): string {
  return `C${id.toString(36)}`;
}

/** As {@link connectionName}, and with a run before it what its event has as `uid`: `RUN-C1`. */
export function eventNames(run: string | undefined): (id: number) => string {
  return run === undefined ? connectionName : (id) => `${run}-${connectionName(id)}`;
}
