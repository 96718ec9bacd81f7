/** Exit codes of every command; docs/40-cli.md lists them. */
export const EXIT = {
  ok: 0,
  /** A required check failed, or something was found that the caller asked to fail on. */
  failed: 1,
  usage: 2,
  /** The input cannot be read or is not what it should be. */
  input: 3,
  /** The server, or something else that is needed, is not there or refuses. */
  connection: 4,
  /** Some records were rejected, the rest was taken. */
  partial: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence on stderr, a hint on what to do, and an exit code. */
export class CliError extends Error {
  readonly exit: ExitCode;
  readonly hint: string | undefined;
  /** What the person wrote, with a mark under the part that is meant; lines to print as they are. */
  excerpt: string | undefined;

  constructor(exit: ExitCode, message: string, hint?: string) {
    super(message);
    this.name = 'CliError';
    this.exit = exit;
    this.hint = hint;
  }
}
