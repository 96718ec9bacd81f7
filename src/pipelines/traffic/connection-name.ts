/** What the connection with this id is called in evidence and in lists of connections: `C1`, `Cz`, `C10`. */
export function connectionName(id: number): string {
  return `C${id.toString(36)}`;
}
