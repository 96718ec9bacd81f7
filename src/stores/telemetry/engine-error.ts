import { AppError, messageOf } from '../../kit/errors.ts';

/** An error of the engine with ClickHouse's number for it; 0 when it has none (connection lost). */
export class EngineError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/** Reads the number out of whatever a client threw. Long messages carry the SQL: they are cut. */
export function engineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = messageOf(error);
  const own = (error as { clickhouseCode?: unknown; code?: unknown } | null) ?? {};
  const named = Number(own.clickhouseCode ?? own.code);
  const code = Number.isInteger(named) && named > 0 ? named : Number(/Code: (\d+)/.exec(message)?.[1] ?? 0);
  return new EngineError(code, message.slice(0, 600));
}

const TIMEOUT_EXCEEDED = 159;
const MEMORY_LIMIT_EXCEEDED = 241;
const QUERY_WAS_CANCELLED = 394;
const CANNOT_COMPILE_REGEXP = 427;
export const CANNOT_LOCK = 76;

/** Errors that the same bytes would meet again: the spool file is damaged, or of a shape that the table does not take. */
const DATA_ERRORS = new Set([
  6, 10, 16, 23, 26, 27, 32, 33, 38, 41, 44, 50, 53, 62, 69, 70, 72, 85, 108, 117, 128, 131, 190, 271, 349, 467, 691,
]);
/**
 * Errors that pass by themselves or when a person sees to it: memory, disk, files, table or rights missing, too many
 * parts or queries, network, Keeper.
 */
const PASSING_ERRORS = new Set([
  0, 60, 74, 75, 76, 77, 81, 107, 159, 164, 173, 202, 209, 210, 225, 236, 241, 242, 243, 252, 279, 285, 286, 319, 394,
  425, 439, 473, 497, 516, 735, 999, 1000, 1001, 1002,
]);
/** An error that is in neither set gets this many attempts. */
const ATTEMPTS = 3;

/** Whether trying again is of no use after `failures` earlier ones. */
export function isPermanent(error: EngineError, failures: number): boolean {
  return DATA_ERRORS.has(error.code) || (!PASSING_ERRORS.has(error.code) && failures + 1 >= ATTEMPTS);
}

/** What the person who asked is told: never the SQL. */
export function queryError(error: unknown, timeout: number): AppError {
  if (error instanceof AppError) return error;
  const { code } = engineError(error);
  switch (code) {
    case TIMEOUT_EXCEEDED:
      return new AppError('QUERY_TIMEOUT', `The query was stopped after ${timeout} seconds.`);
    case MEMORY_LIMIT_EXCEEDED:
      return new AppError('QUERY_TOO_LARGE', 'The query would need more memory than one query may take.');
    case QUERY_WAS_CANCELLED:
      return new AppError('QUERY_TIMEOUT', 'The query was cancelled.');
    case CANNOT_COMPILE_REGEXP:
      return new AppError('INVALID_FILTER', 'The filter has a regular expression that is not valid (RE2 syntax).');
    case 0:
      return new AppError('UNAVAILABLE', 'The store of events does not answer.');
    default:
      return new AppError('INTERNAL', 'The store of events could not answer.');
  }
}
