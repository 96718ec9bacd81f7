import { AppError } from '../kit/errors.ts';
import type { DecodeContext, Decoder, RecordSink } from './decoder.ts';
import { canonicalEncoding, JSON_ENCODINGS } from './encodings.ts';
import { type Batch, BodyScanner, RECORD } from './json/body.ts';
import { formatNumber } from './json/catalog.ts';
import { Recogniser, UNKNOWN_LOG } from './json/recogniser.ts';
import { RecordWriter, type Surroundings } from './json/record-writer.ts';
import { Shapes } from './json/shapes.ts';
import { skipSpace } from './json/syntax.ts';

/** Records of one request (contract: 10,000). */
const MAX_RECORDS = 10_000;

export interface JsonDecoderOptions {
  /** Records that one body may carry; 10,000 without it. Files read leniently have no such limit. */
  readonly maxRecords?: number;
  /**
   * Whether a line that is not JSON is rejected alone, as fits files, rather than with the whole body, as fits requests;
   * or which of the two, by where the bytes come from.
   */
  readonly lenient?: boolean | ((context: DecodeContext) => boolean);
}

/**
 * Flows and Zeek logs as JSON: an array of records, an object around `records`, one record, or lines (NDJSON). The bytes
 * go to columns without an object in between, in two passes: the first checks the whole body and notes where its fields
 * are, the second fills rows.
 */
export class JsonDecoder implements Decoder {
  readonly encodings = JSON_ENCODINGS;
  readonly #lenient: (context: DecodeContext) => boolean;
  readonly #strict: BodyScanner;
  readonly #unlimited = new BodyScanner(Number.POSITIVE_INFINITY);
  readonly #writer = new RecordWriter();
  readonly #shapes = new Shapes();
  readonly #recogniser = new Recogniser();

  constructor(options: JsonDecoderOptions = {}) {
    const { lenient = false } = options;
    this.#lenient = typeof lenient === 'function' ? lenient : () => lenient;
    this.#strict = new BodyScanner(options.maxRecords ?? MAX_RECORDS);
  }

  decode(payload: Uint8Array, encoding: string, context: DecodeContext, sink: RecordSink): void {
    const named = canonicalEncoding(encoding);
    if (!named) throw new AppError('UNKNOWN_FORMAT', `No JSON format is named "${encoding}".`);
    if (!this.#lenient(context)) {
      this.#strict.scan(payload, 0, payload.length);
      this.#fill(this.#strict, payload, named, context, sink, 0);
      return;
    }
    try {
      this.#unlimited.scan(payload, 0, payload.length);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#lines(payload, named, context, sink);
      return;
    }
    this.#fill(this.#unlimited, payload, named, context, sink, 0);
  }

  /** Line by line, when something is wrong with one of them. */
  #lines(payload: Uint8Array, encoding: string, context: DecodeContext, sink: RecordSink): void {
    let index = 0;
    for (let from = 0; from < payload.length; ) {
      const newline = payload.indexOf(10, from);
      const to = newline < 0 ? payload.length : newline;
      if (skipSpace(payload, from, to) < to) {
        let failure: AppError | undefined;
        try {
          this.#unlimited.scan(payload, from, to);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          failure = error;
        }
        if (failure) sink.reject(index++, failure.code, failure.message, from, to);
        else index = this.#fill(this.#unlimited, payload, encoding, context, sink, index);
      }
      from = to + 1;
    }
  }

  /** Fills rows from what `body` has scanned. @returns the index behind the last record. */
  #fill(
    body: BodyScanner,
    payload: Uint8Array,
    encoding: string,
    context: DecodeContext,
    sink: RecordSink,
    index: number,
  ): number {
    for (const batch of body.batches) {
      const named = narrower(encoding, batch);
      const fixed = formatNumber(named);
      const around: Surroundings = {
        receivedAt: context.receivedAt,
        exporter: batch.collector || context.collectorId,
        collector: batch.collector,
      };
      for (let record = batch.from; record < batch.to; record++) {
        body.recall(record);
        const { fields, records, from, to } = body;
        const start = records[record * RECORD];
        const end = records[record * RECORD + 1];
        const shape = this.#shapes.find(fields, from, to, records[record * RECORD + 4]);
        const format = fixed >= 0 ? fixed : this.#recogniser.recognise(payload, fields, from, shape, named);
        if (format < 0) sink.reject(index, 'UNKNOWN_FORMAT', unknown(format, named), start, end);
        else {
          const row = sink.next();
          if (this.#writer.write(payload, fields, from, shape, format, sink.batch, row, around)) sink.keep();
          else sink.reject(index, this.#writer.reason, this.#writer.detail, start, end);
        }
        index++;
      }
    }
    return index;
  }
}

/** What the body itself says counts where the request names no more than a family. */
function narrower(encoding: string, batch: Batch): string {
  return batch.encoding !== '' && formatNumber(encoding) < 0 ? batch.encoding : encoding;
}

function unknown(format: number, encoding: string): string {
  if (format === UNKNOWN_LOG) return 'The record names a log ("_path") that is not one of those read here.';
  const family = encoding === 'zeek' ? 'Zeek log' : 'format';
  return `The record has no key by which its ${family} could be told; name the format.`;
}
