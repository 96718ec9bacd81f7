import { CliError, EXIT } from './exit.ts';

/** The value of an option that takes a whole number from 1 on. @throws CliError */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new CliError(EXIT.usage, `${option} takes a whole number from 1 on, not ${text}.`);
}

/** `2055` or `2055,6343`. @throws CliError */
export function portsOf(text: string | undefined): ReadonlySet<number> | undefined {
  if (text === undefined) return undefined;
  const ports = text.split(',').map((port) => (/^\s*\d{1,5}\s*$/.test(port) ? Number(port) : Number.NaN));
  if (ports.every((port) => port >= 1 && port <= 65_535)) return new Set(ports);
  throw new CliError(EXIT.usage, `--port takes port numbers separated by commas, not ${text}.`);
}
