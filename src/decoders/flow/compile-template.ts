import type { EventBatch } from '../../model/batch.ts';
import { buildProgram } from './compiler/build-program.ts';
import { type Decode, generate } from './compiler/generate.ts';
import { interpret } from './compiler/interpret.ts';
import { layoutOf } from './compiler/layout.ts';
import type { Program, ProgramOptions } from './compiler/program-builder.ts';
import type { DecodeRun, RecordDecoder, TemplateField } from './template.ts';

export interface CompileOptions extends ProgramOptions {
  /**
   * Whether records are read by walking the template (true), by a function made for it (false), or by such a function
   * once enough records came (left out). All three make the same rows.
   */
  readonly interpret?: boolean;
}

/** Decoders kept by what they were made of; exporters of one make share theirs. */
const LIMIT = 1024;
/** Records after which a template is worth a function of its own: forged templates, with a record each, never get there. */
const HOT = 256;

/** The least recently asked for is the first in the map, and the first to go. */
const decoders = new Map<string, RecordDecoder>();

/**
 * Makes a template into a decoder of its records. A template that is sent again unchanged, by whichever exporter, gets
 * the decoder it had. Any list of fields is fine: what makes no sense is skipped by its length.
 */
export function compileTemplate(fields: readonly TemplateField[], options: CompileOptions): RecordDecoder {
  const { protocol, fields: wanted, maxTimeDifference, interpret: mode } = options;
  const template = fields.map(({ pen, id, length }) => `${pen}.${id}.${length}`).join(' ');
  const signature = `${protocol} ${wanted} ${maxTimeDifference} ${mode} ${template}`;
  const decoder = decoders.get(signature) ?? new TemplateDecoder(fields, options);
  decoders.delete(signature);
  decoders.set(signature, decoder);
  const [oldest] = decoders.keys();
  if (decoders.size > LIMIT) decoders.delete(oldest);
  return decoder;
}

/** Works its template out when the first record comes: many templates are sent that no record follows. */
class TemplateDecoder implements RecordDecoder {
  readonly minLength: number;
  readonly variable: boolean;
  readonly #isEmpty: boolean;
  readonly #fields: readonly TemplateField[];
  readonly #options: CompileOptions;
  readonly #span: number;
  #program: Program | undefined;
  #decode: Decode | undefined;
  /** Records to read before it is worth code; Infinity once it is decided. */
  #untilHot: number;

  constructor(fields: readonly TemplateField[], options: CompileOptions) {
    const layout = layoutOf(fields);
    this.minLength = Math.max(1, layout.minLength);
    this.#isEmpty = layout.minLength === 0;
    this.variable = layout.variable.length > 0;
    this.#fields = fields.map(({ pen, id, length }) => ({ pen, id, length }));
    this.#options = options;
    this.#span = options.maxTimeDifference * 1e6;
    this.#untilHot = options.interpret === true ? Number.POSITIVE_INFINITY : options.interpret === false ? 0 : HOT;
  }

  decode(run: DecodeRun, batch: EventBatch): number {
    if (this.#isEmpty) {
      // Records of no bytes at all: there may be any number of them, which is none.
      run.at = run.end;
      return 0;
    }
    const decode = this.#decode !== undefined && this.#untilHot > 0 ? this.#decode : this.#prepare();
    const records = decode(run, batch);
    this.#untilHot -= records < 0 ? -1 - records : records;
    return records;
  }

  #prepare(): Decode {
    this.#program ??= buildProgram(this.#fields, this.#options);
    if (this.#untilHot > 0) {
      this.#decode = interpret(this.#program, this.#span);
      return this.#decode;
    }
    this.#untilHot = Number.POSITIVE_INFINITY;
    try {
      this.#decode = generate(this.#program, this.#span);
    } catch (error) {
      // The process may have been told not to make code from strings (--disallow-code-generation-from-strings).
      if (!(error instanceof EvalError)) throw error;
      this.#decode ??= interpret(this.#program, this.#span);
    }
    this.#program = undefined;
    return this.#decode;
  }
}
