import type { DetectedWindow } from '../../detect/detectors/detection.ts';
import type { Conclusion, ConclusionOptions } from './conclusions.ts';
import type { NoteBlock } from './note-block.ts';

/** What the thread that concludes is started with. */
export interface ConclusionOrder {
  readonly options: ConclusionOptions;
}

/** To the thread: a block, whose numbers change hands, or the question for the end. */
export type ToConclusions = { readonly block: NoteBlock } | { readonly end: true };

/** From the thread: the numbers of a block that was taken, with the windows that were over in it; or the end. */
export type FromConclusions =
  | { readonly empty: Float64Array<ArrayBuffer>; readonly detected: readonly DetectedWindow[] }
  | { readonly conclusion: Conclusion };
