import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { ExporterSettings } from '../decoders/flow/exporter.ts';
import { ConfigError, type Problem } from '../kit/config.ts';
import { nearest } from '../kit/nearest.ts';
import { formatIp, type Network, parseIp, parseNetwork } from '../model/address.ts';

/** A file beyond this is not the one that was meant. Characters. */
const MAX_FILE = 4 * 1024 * 1024;
const MAX_NAME = 128;
/** The highest sampling rate that any protocol can tell (32 bits). */
const MAX_RATE = 2 ** 32 - 1;
/** Input and output interface are 32 bits in IPFIX; sFlow uses 30. */
const MAX_INTERFACE = 2 ** 32 - 1;
const FIELDS = ['name', 'sampling', 'interfaces'] as const;

interface Entry {
  readonly network: Network;
  readonly settings: ExporterSettings;
}

/**
 * Reads the file of `flows.exporters`. It names exporters by address or network:
 *
 *     192.0.2.1: { name: edge-1, sampling: { override: 1000 }, interfaces: { 1: uplink } }
 *     198.51.100.0/24: { sampling: { default: 512 } }
 *
 * Where several entries cover an address and say something about the same thing, the narrowest network wins.
 * @throws ConfigError with every problem and its line.
 */
export function readExporterSettings(file: string): (address: string) => ExporterSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([{ at: file, message: `cannot be read: ${(error as Error).message}.` }]);
  }
  return parseExporterSettings(text, file);
}

/** The same from a text; `file` is for messages. */
export function parseExporterSettings(text: string, file: string): (address: string) => ExporterSettings {
  const reader = new Reader(text, file);
  const entries = reader.entries();
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  // The widest first: what comes later is narrower and wins.
  entries.sort((a, b) => a.network.prefix - b.network.prefix);
  const bytes = new Uint8Array(16);
  return (address) => {
    if (parseIp(address, bytes) === 0) return {};
    const found = entries.filter(({ network }) => contains(network, bytes)).map(({ settings }) => settings);
    return found.reduce(overlay, {});
  };
}

function overlay(wide: ExporterSettings, narrow: ExporterSettings): ExporterSettings {
  const interfaces = { ...wide.interfaces, ...narrow.interfaces };
  return { ...wide, ...narrow, ...(Object.keys(interfaces).length > 0 && { interfaces }) };
}

function contains({ bytes, prefix }: Network, address: Uint8Array): boolean {
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== address[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || ((bytes[whole] ^ address[whole]) & (0xff << (8 - rest))) === 0;
}

/** Walks the document and gathers what is wrong with it. */
class Reader {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  entries(): Entry[] {
    if (this.#text.length > MAX_FILE) {
      this.problems.push({ at: this.#file, message: `is larger than ${MAX_FILE / 1024 / 1024} MiB.` });
      return [];
    }
    const document = parseDocument(this.#text, { prettyErrors: false, lineCounter: this.#lines });
    if (document.errors.length > 0) {
      const [error] = document.errors;
      this.#problem(error.pos[0], `is not YAML: ${error.message}.`);
      return [];
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return [];
    if (!isMap(contents)) {
      this.#problem(0, 'must be a map of addresses, such as "192.0.2.1: { name: edge-1 }".');
      return [];
    }
    return this.#entriesOf(contents);
  }

  #entriesOf(map: YAMLMap): Entry[] {
    const entries: Entry[] = [];
    const seen = new Map<string, string>();
    for (const [key, value, at] of this.#pairs(map)) {
      const network = parseNetwork(key);
      if (!network) {
        this.#problem(at, `"${key}" is no address and no network such as 192.0.2.0/24.`);
        continue;
      }
      const canonical = `${formatIp(network.bytes)}/${network.prefix}`;
      const before = seen.get(canonical);
      if (before !== undefined) this.#problem(at, `${key} is the same as ${before} above.`);
      seen.set(canonical, key);
      const settings = this.#settings(key, value, at);
      if (settings) entries.push({ network, settings });
    }
    return entries;
  }

  #settings(address: string, value: unknown, at: number): ExporterSettings | undefined {
    const about = isScalar(value) ? value.value : value;
    if (about === null || about === undefined) return {};
    if (typeof about === 'string') return this.#named(address, about, at);
    if (!isMap(about)) {
      this.#problem(at, `${address} must be a name, or a map with ${FIELDS.join(', ')}.`);
      return undefined;
    }
    let settings: ExporterSettings = {};
    for (const [field, content, place] of this.#pairs(about)) {
      if (field === 'name') settings = { ...settings, ...this.#named(address, plain(content), place) };
      else if (field === 'sampling') settings = { ...settings, ...this.#sampling(address, content, place) };
      else if (field === 'interfaces') settings = { ...settings, ...this.#interfaces(address, content, place) };
      else this.#unknown(`${address}: ${field}`, field, FIELDS, place);
    }
    return settings;
  }

  #named(address: string, name: unknown, at: number): ExporterSettings {
    const text = this.#label(name);
    if (text !== undefined) return { name: text };
    this.#problem(at, `${address}: name must be text of at most ${MAX_NAME} characters on one line.`);
    return {};
  }

  #sampling(address: string, value: unknown, at: number): ExporterSettings {
    if (!isMap(value)) {
      this.#problem(at, `${address}: sampling must be { default: RATE } or { override: RATE }.`);
      return {};
    }
    const settings: { samplingDefault?: number; samplingOverride?: number } = {};
    for (const [field, content, place] of this.#pairs(value)) {
      if (field !== 'default' && field !== 'override') {
        this.#unknown(`${address}: sampling.${field}`, field, ['default', 'override'], place);
        continue;
      }
      const rate = plain(content);
      if (typeof rate !== 'number' || !Number.isInteger(rate) || rate < 1 || rate > MAX_RATE)
        this.#problem(place, `${address}: sampling.${field} must be a whole number from 1 on: one packet in so many.`);
      else if (field === 'default') settings.samplingDefault = rate;
      else settings.samplingOverride = rate;
    }
    return settings;
  }

  #interfaces(address: string, value: unknown, at: number): ExporterSettings {
    if (!isMap(value)) {
      this.#problem(at, `${address}: interfaces must be a map of index to name, such as { 1: uplink }.`);
      return {};
    }
    const interfaces: Record<number, string> = {};
    for (const [key, content, place] of this.#pairs(value)) {
      const index = /^\d{1,10}$/.test(key) ? Number(key) : Number.NaN;
      const name = this.#label(plain(content));
      if (!(index <= MAX_INTERFACE))
        this.#problem(place, `${address}: "${key}" is no index of an interface (a whole number, ifIndex).`);
      else if (name === undefined)
        this.#problem(place, `${address}: interface ${key} must have a name of at most ${MAX_NAME} characters.`);
      else interfaces[index] = name;
    }
    return { interfaces };
  }

  #label(value: unknown): string | undefined {
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    const text = String(value).trim();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    return text !== '' && text.length <= MAX_NAME && !/[\u0000-\u001f\u007f]/.test(text) ? text : undefined;
  }

  /** Keys as they are written, so that 10.0 stays one; with the place of the key in the text. */
  *#pairs(map: YAMLMap): Generator<[key: string, value: unknown, at: number]> {
    for (const { key, value } of map.items) {
      const node = key as Node;
      const at = node?.range?.[0] ?? 0;
      if (isScalar(node)) yield [String(node.source ?? node.value), value, at];
      else this.#problem(at, 'A key must be an address or a word.');
    }
  }

  #unknown(what: string, field: string, known: readonly string[], at: number): void {
    const meant = nearest(field, known);
    this.#problem(at, `${what} is no field.${meant ? ` Did you mean ${meant}?` : ` There are ${known.join(', ')}.`}`);
  }

  #problem(at: number, message: string): void {
    this.problems.push({ at: `${this.#file}:${this.#lines.linePos(at).line || 1}`, message });
  }
}

function plain(value: unknown): unknown {
  return isScalar(value) ? value.value : value;
}
