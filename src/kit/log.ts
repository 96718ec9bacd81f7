import { type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child' | 'level'>;

export interface LogOptions {
  level: string;
  /** JSON lines, or for people; `auto` is for people on a terminal. */
  format: 'auto' | 'json' | 'pretty';
}

/** Names under which a secret could travel into a log line; their values are replaced. */
const SECRETS = ['key', 'token', 'password', 'secret', 'authorization', 'api_key', 'apiKey', 'x-api-key', 'cookie'];

/** The process log on stderr: stdout belongs to data. */
export function createLog(options: LogOptions): Log {
  const pretty = options.format === 'pretty' || (options.format === 'auto' && process.stderr.isTTY);
  const redact = SECRETS.flatMap((name) => [quoted(name), `*${quoted(name)}`, `*.*${quoted(name)}`]);
  const base = { level: options.level, redact, timestamp: pino.stdTimeFunctions.isoTime };
  if (!pretty) return pino(base, pino.destination({ dest: 2, sync: false }));
  return pino({ ...base, transport: { target: 'pino-pretty', options: { destination: 2, ignore: 'pid,hostname' } } });
}

function quoted(name: string): string {
  return `["${name}"]`;
}

export const silentLog: Log = pino({ level: 'silent' });
