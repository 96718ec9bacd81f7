import { REVERSE_PEN, type TemplateField, VARIABLE } from '../decoders/flow/template.ts';
import { TemplateParser, type TemplateProtocol } from '../decoders/flow/template-parser.ts';

/** Templates of one stream, and fields of one of them. */
const MAX_TEMPLATES = 4096;
const MAX_FIELDS = 4096;

/** How an element tells an absolute time. */
type TimeKind = 'seconds' | 'milliseconds' | 'ntp';

/** IANA elements that are times of the day, not times since something: these have to move with the export time. */
const TIMES: ReadonlyMap<number, TimeKind> = new Map([
  ...[150, 151, 322].map((id) => [id, 'seconds'] as const),
  ...[152, 153, 160, 258, 323].map((id) => [id, 'milliseconds'] as const),
  ...[154, 155, 156, 157, 324, 325].map((id) => [id, 'ntp'] as const),
]);

interface Walked {
  readonly length: number;
  readonly time: TimeKind | undefined;
}

interface WalkedTemplate {
  readonly fields: readonly Walked[];
  readonly least: number;
  readonly hasTimes: boolean;
  /** No field varies. */
  readonly fixed: boolean;
}

/**
 * Goes through the records of NetFlow 9 or IPFIX messages of one stream: counts them, since the sequence of IPFIX does,
 * and moves the absolute times in them.
 */
export class TemplateWalker {
  readonly #ipfix: boolean;
  readonly #parser: TemplateParser;
  readonly #templates = new Map<number, WalkedTemplate>();

  constructor(protocol: TemplateProtocol) {
    this.#ipfix = protocol === 'ipfix';
    this.#parser = new TemplateParser(protocol, MAX_FIELDS);
  }

  /**
   * @param start of the message; its sets follow its header.
   * @param shift microseconds to move times by; 0 leaves the bytes as they are.
   * @returns data records found, options records included; those without a known template are not.
   */
  walk(view: DataView, start: number, end: number, shift: number): number {
    const templates = this.#ipfix ? 2 : 0;
    let records = 0;
    for (let at = start + (this.#ipfix ? 16 : 20); at + 4 <= end; ) {
      const id = view.getUint16(at);
      const length = view.getUint16(at + 2);
      if (length < 4 || at + length > end) break;
      if (id === templates) this.#learn('data', view, at + 4, at + length);
      else if (id === templates + 1) this.#learn('options', view, at + 4, at + length);
      else if (id >= 256) records += this.#records(id, view, at + 4, at + length, shift);
      at += length;
    }
    return records;
  }

  #learn(kind: 'data' | 'options', view: DataView, start: number, end: number): void {
    const parser = this.#parser;
    for (let at = start; ; at = parser.next) {
      const outcome = parser.read(kind, view, at, end);
      if (outcome === 'padding' || outcome === 'bad') return;
      if (outcome !== 'template') continue;
      if (this.#templates.size < MAX_TEMPLATES || this.#templates.has(parser.id)) {
        this.#templates.set(parser.id, walked(parser.fields));
      }
    }
  }

  #records(id: number, view: DataView, start: number, end: number, shift: number): number {
    const template = this.#templates.get(id);
    if (!template || template.least === 0) return 0;
    if (template.fixed && (shift === 0 || !template.hasTimes)) return Math.floor((end - start) / template.least);
    let records = 0;
    for (let at = start; end - at >= template.least; records++) {
      for (const { length, time } of template.fields) {
        let size = length;
        if (length === VARIABLE) {
          size = at < end ? view.getUint8(at++) : 0;
          if (size === 255) {
            size = at + 2 <= end ? view.getUint16(at) : 0;
            at += 2;
          }
        }
        if (time && shift !== 0 && at + size <= end) moveTime(view, at, size, time, shift);
        at += size;
      }
      if (at > end) return records;
    }
    return records;
  }
}

function walked(fields: readonly TemplateField[]): WalkedTemplate {
  const each = fields.map(({ id, pen, length }) => ({
    length,
    time: pen === 0 || pen === REVERSE_PEN ? TIMES.get(id) : undefined,
  }));
  return {
    fields: each,
    least: each.reduce((sum, { length }) => sum + (length === VARIABLE ? 1 : length), 0),
    hasTimes: each.some(({ time }) => time !== undefined),
    fixed: each.every(({ length }) => length !== VARIABLE),
  };
}

/** Adds `shift` microseconds to the time at `at`. Zero is "none", and other lengths than the usual are left. */
export function moveTime(view: DataView, at: number, length: number, kind: TimeKind, shift: number): void {
  if (kind === 'seconds') {
    if (length !== 4 || view.getUint32(at) === 0) return;
    view.setUint32(at, view.getUint32(at) + Math.round(shift / 1e6));
    return;
  }
  if (length !== 8) return;
  const high = view.getUint32(at);
  const low = view.getUint32(at + 4);
  if (high === 0 && low === 0) return;
  if (kind === 'milliseconds') {
    const moved = high * 2 ** 32 + low + Math.round(shift / 1000);
    view.setUint32(at, Math.floor(moved / 2 ** 32));
    view.setUint32(at + 4, moved % 2 ** 32);
    return;
  }
  // NTP: whole seconds since 1900, and a fraction of 2^32.
  const seconds = Math.floor(shift / 1e6);
  const fraction = low + Math.round(((shift - seconds * 1e6) * 2 ** 32) / 1e6);
  view.setUint32(at, high + seconds + Math.floor(fraction / 2 ** 32));
  view.setUint32(at + 4, fraction % 2 ** 32);
}
