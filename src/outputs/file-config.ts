import { z } from 'zod';
import { DOCUMENT_FORMATS } from './encode/named-encoders.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** No control characters, which no path needs and logs suffer from. */
const PATH = /^[^\p{Cc}]+$/u;

/** Configuration of an output to files. */
export const fileSchema = z.strictObject({
  path: z
    .string()
    .regex(PATH, 'must be a path without control characters')
    .max(1000)
    .optional()
    .describe(
      'Folder of the files, below outputs in the data folder; an absolute path must be there too, or below a folder of the setting outputs.fileDirs. The name of the output when not given.',
    ),
  format: z
    .enum(DOCUMENT_FORMATS)
    .default('vedette')
    .describe('Names of the fields: those of GET /v1/events, ECS 8, OCSF or CIM.'),
  rotate_bytes: z
    .int()
    .min(1000)
    .max(64 * GIB)
    .default(100 * MIB)
    .describe('Bytes of a file at most; then it is closed, and the next one begun.'),
  rotate_every: z
    .enum(['none', 'hour', 'day'])
    .default('day')
    .describe('Closes a file also with the first event of a new hour or day (UTC).'),
  gzip: z.boolean().default(true).describe('Compresses closed files.'),
  keep_files: z.int().min(0).max(1_000_000).default(0).describe('Closed files that are kept; 0 is any number.'),
  keep_bytes: z
    .int()
    .min(0)
    .max(2 ** 50)
    .default(10 * GIB)
    .describe('Bytes of closed files that are kept, the oldest are removed first; 0 is any amount.'),
  batch_size: z.int().min(1).max(50_000).default(2000).describe('Events that are written and synced together at most.'),
});

export type FileConfig = z.infer<typeof fileSchema>;
