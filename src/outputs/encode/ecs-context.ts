import type { AttrsReader } from './attrs-reader.ts';
import type { EcsMajor } from './ecs-fields.ts';
import type { EncoderParts } from './row-encoder.ts';

export interface EcsParts extends EncoderParts {
  /** Major version of Elasticsearch: names of ECS 8.17 or 9.4. Default 8. */
  readonly ecs?: EcsMajor;
  /**
   * The data stream `logs-<dataset>-<namespace>` that documents go to, for `data_stream.*`. Only for that one: its
   * constant_keyword fields refuse other values.
   */
  readonly dataStream?: { readonly dataset: string; readonly namespace: string };
}

/** What the fields of an encoder share. */
export interface EcsContext {
  readonly parts: EcsParts;
  /** `ecs.version`. */
  readonly version: string;
  readonly attrs: AttrsReader;
}
