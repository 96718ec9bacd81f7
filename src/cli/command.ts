import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/** What a command works with instead of reaching for the process. */
export interface CommandContext<T extends ArgsDef> {
  readonly args: ParsedArgs<T>;
  readonly io: Io;
}

export interface CommandPlan<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  /** Whole command lines, the most common first; help begins with them. */
  readonly examples: readonly string[];
  readonly args: T;
  run(context: CommandContext<T>): Promise<ExitCode>;
}

/** A command as the runner takes it. `run` answers the exit code. */
export interface Command {
  readonly def: CommandDef;
  readonly examples: readonly string[];
  run(args: ParsedArgs, io: Io): Promise<ExitCode>;
}

export function command<const T extends ArgsDef>(plan: CommandPlan<T>): Command {
  return {
    def: defineCommand({ meta: { name: plan.name, description: plan.description }, args: plan.args as ArgsDef }),
    examples: plan.examples,
    run: (args, io) => plan.run({ args: args as ParsedArgs<T>, io }),
  };
}

/** Options of everything that prints rows. */
export const OUTPUT_ARGS = {
  output: {
    type: 'string',
    alias: 'o',
    valueHint: 'table|json|ndjson|csv',
    description: 'How to print (default: table)',
  },
  json: { type: 'boolean', description: 'The same as -o json' },
  fields: { type: 'string', valueHint: 'a,b', description: 'Print these fields only, in this order' },
} as const satisfies ArgsDef;

/** Options of everything that asks a running server. */
export const SERVER_ARGS = {
  server: {
    type: 'string',
    valueHint: 'URL',
    description: 'Address of the server (default: VEDETTE_SERVER, else http://127.0.0.1:8080)',
  },
  key: { type: 'string', description: 'API key (default: VEDETTE_KEY, API_KEY, else the one of the local server)' },
  data: { type: 'string', valueHint: 'DIR', description: 'Data folder of the local server' },
} as const satisfies ArgsDef;

/** Options of everything that reads the settings. */
export const SETTINGS_ARGS = {
  config: { type: 'string', valueHint: 'FILE', description: 'Settings file (YAML or JSON)' },
  data: { type: 'string', valueHint: 'DIR', description: 'Data folder' },
  listen: { type: 'string', valueHint: 'HOST:PORT', description: 'Address and port to listen on' },
  set: { type: 'string', valueHint: 'NAME=VALUE', description: 'Any other setting; several are separated by ;' },
} as const satisfies ArgsDef;

/** Options of everything that asks for events. */
export const RANGE_ARGS = {
  from: { type: 'string', valueHint: 'TIME', description: 'Start: ISO, -15m, -7d, all (default: -1h)' },
  to: { type: 'string', valueHint: 'TIME', description: 'End (default: now)' },
} as const satisfies ArgsDef;
