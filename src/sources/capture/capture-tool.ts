import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AppError } from '../../kit/errors.ts';

export type ToolName = 'dumpcap' | 'tcpdump';

/** A program that captures, found on this machine. */
export interface CaptureTool {
  readonly name: ToolName;
  readonly path: string;
}

/** Where the tools are beside PATH: the PATH of a service often lacks the folders for administrators. */
const MORE_FOLDERS = ['/usr/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** The largest packet that is kept whole, bytes: what both tools take by default. */
const SNAPLEN = '262144';

/**
 * Finds the tool. dumpcap comes first: it is made to hold the privilege to capture, and nothing else.
 * @throws AppError CAPTURE_IMPOSSIBLE when there is none that may be run
 */
export function findTool(
  wanted: 'auto' | ToolName,
  env: Readonly<Record<string, string | undefined>> = process.env,
): CaptureTool {
  const names: readonly ToolName[] = wanted === 'auto' ? ['dumpcap', 'tcpdump'] : [wanted];
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
  let forbidden: string | undefined;
  for (const name of names)
    for (const folder of folders) {
      const path = join(folder, name);
      if (allows(path, constants.X_OK)) return { name, path };
      if (allows(path, constants.F_OK)) forbidden ??= path;
    }
  if (forbidden !== undefined)
    throw new AppError(
      'CAPTURE_IMPOSSIBLE',
      `${forbidden} may not be run by this user. Where it belongs to a group such as wireshark, add the user to it.`,
    );
  const what = names.length > 1 ? `neither ${names.join(' nor ')} was found` : `${names[0]} was not found`;
  throw new AppError(
    'CAPTURE_IMPOSSIBLE',
    `Capturing needs a helper that is not installed: ${what}. Install the package wireshark-common or tcpdump.`,
  );
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Arguments for a capture to stdout, in libpcap's file format. The interface is known to exist; no argument is read by a shell. */
export function captureArguments(name: ToolName, networkInterface: string, filter: string | undefined): string[] {
  if (name === 'dumpcap')
    return [
      ...['-i', networkInterface, '-P', '-q', '-s', SNAPLEN, '-w', '-'],
      ...(filter === undefined ? [] : ['-f', filter]),
    ];
  return [
    // At once: what its kernel buffer holds at the end would be lost, up to a second of traffic.
    ...['-i', networkInterface, '-n', '-U', '--immediate-mode', '-s', SNAPLEN, '-w', '-'],
    // What follows the dashes is never read as an option.
    ...(filter === undefined ? [] : ['--', filter]),
  ];
}
