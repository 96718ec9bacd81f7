import { CliError, EXIT } from './exit.ts';

/** The options that stand for settings, as citty gives them. */
export interface SettingOptions {
  readonly listen?: string;
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly set?: string;
  readonly mode?: string;
  readonly pcap?: string;
  readonly interface?: string;
  readonly window?: string;
}

/** Options of the command line → values by path of the setting, for `loadConfig`. */
export function settingFlags(options: SettingOptions): Record<string, unknown> {
  const flags: Record<string, unknown> = { dataDir: options.data };
  if (options.listen !== undefined) flags.listen = options.listen;
  else if (options.host !== undefined || options.port !== undefined) {
    const host = options.host ?? '127.0.0.1';
    flags.listen = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 8080}`;
  }
  Object.assign(flags, trafficFlags(options));
  for (const pair of options.set?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new CliError(EXIT.usage, `--set takes NAME=VALUE, not ${pair}.`, 'docs/settings.md');
    flags[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim();
  }
  return flags;
}

/** What is analysed from the start; a file or an interface says the mode by itself. */
function trafficFlags({ mode, pcap, interface: name, window }: SettingOptions): Record<string, unknown> {
  const implied = pcap !== undefined ? 'pcap' : name !== undefined ? 'live' : undefined;
  return {
    'traffic.mode': mode ?? implied,
    'traffic.pcap': pcap,
    'traffic.interface': name,
    'traffic.windowSeconds': window,
  };
}
