/**
 * One DNS question and what became of it: a connection may carry thousands of them, an Observation names only one.
 * Reused: what has to stay is copied.
 */
export interface DnsQuery {
  /** Microseconds since 1970: when it was asked. */
  at: number;
  client: string;
  server: string;
  /** Lower case, without the dot at the end. */
  name: string;
  /** `A`, `AAAA`, `TXT`, `NULL`...; `TYPE65399` for a type without a name; empty when not known. */
  type: string;
  /** `NOERROR`, `NXDOMAIN`...; empty when not known or not answered. */
  code: string;
  /** Bytes of the question and of the answer; 0 when not known. */
  questionBytes: number;
  answerBytes: number;
  /** Id of the event behind it, for evidence; empty when it has none yet. */
  event: string;
}
