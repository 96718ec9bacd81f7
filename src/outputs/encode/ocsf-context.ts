import type { AttrsReader } from './attrs-reader.ts';
import type { EncoderParts } from './row-encoder.ts';

/** Release of the Open Cybersecurity Schema Framework that the names are of. */
export const OCSF_VERSION = '1.8.0';

/** What the fields of an encoder share. */
export interface OcsfContext {
  readonly parts: EncoderParts;
  readonly attrs: AttrsReader;
}
