import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';

/** A file or stdin, inflated where it is gzip. */
export interface Input {
  readonly name: string;
  /** Bytes in all, as stored; undefined for a pipe. */
  readonly size: number | undefined;
  /** Bytes read so far, as stored. */
  position(): number;
  /** @throws CliError with exit code 3 when it cannot be read, is damaged, or is plainly no JSON. */
  chunks(): AsyncIterable<Uint8Array>;
}

interface Magic {
  readonly bytes: readonly number[];
  readonly is: string;
  readonly hint: string;
}

const NOT_JSON: readonly Magic[] = [
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], is: 'compressed with zstd', hint: 'zstdcat FILE | vedette ingest -' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: 'compressed with xz', hint: 'xzcat FILE | vedette ingest -' },
  { bytes: [0x42, 0x5a, 0x68], is: 'compressed with bzip2', hint: 'bzcat FILE | vedette ingest -' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], is: 'a zip archive', hint: 'unzip -p FILE | vedette ingest -' },
  { bytes: [0x0c, 0xa5], is: 'a binary file of nfcapd', hint: 'nfdump -r FILE -o json | vedette ingest -' },
  {
    bytes: [0xd4, 0xc3, 0xb2, 0xa1],
    is: 'a packet capture',
    hint: 'vedette analyze FILE; vedette decode FILE for the flow exports in it',
  },
  {
    bytes: [0x0a, 0x0d, 0x0d, 0x0a],
    is: 'a packet capture',
    hint: 'vedette analyze FILE; vedette decode FILE for the flow exports in it',
  },
  { bytes: [...Buffer.from('#separator')], is: 'a Zeek log in tabs', hint: 'zeek LogAscii::use_json=T writes JSON' },
];

/** `-` is stdin. */
export function openInput(name: string, io: Pick<Io, 'stdin' | 'cwd'>): Input {
  let position = 0;
  let size: number | undefined;
  let source: AsyncIterable<Uint8Array> = io.stdin;
  if (name !== '-') {
    const file = resolve(io.cwd, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) throw new CliError(EXIT.input, `${name} does not exist.`);
    if (stats.isDirectory()) throw new CliError(EXIT.input, `${name} is a folder.`, `cat ${name}/* | vedette ingest -`);
    size = stats.isFile() ? stats.size : undefined;
    source = createReadStream(file, { highWaterMark: 256 * 1024 });
  }
  async function* counted(): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      position += chunk.length;
      yield chunk;
    }
  }
  return { name, size, position: () => position, chunks: () => readable(name, counted()) };
}

async function* readable(name: string, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    const { head, all } = await peek(source, 16);
    if (head[0] === 0x1f && head[1] === 0x8b) {
      const inflated = await peek(inflate(all), 16);
      refuse(name, inflated.head);
      yield* inflated.all;
    } else {
      refuse(name, head);
      yield* all;
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.input, `${name} cannot be read: ${(error as Error).message}.`);
  }
}

function refuse(name: string, head: Uint8Array): void {
  const magic = NOT_JSON.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (magic) throw new CliError(EXIT.input, `${name} is ${magic.is}, not JSON.`, magic.hint);
  const text = Buffer.from(head)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (text !== '' && !/^[{["]/.test(text)) {
    throw new CliError(EXIT.input, `${name} is not JSON: it begins with ${JSON.stringify(text)}.`, 'docs/40-cli.md');
  }
}

/** Several gzip members one after the other are one stream, as `cat a.gz b.gz` makes it. */
function inflate(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  // What goes wrong ends `gunzip` with the error, and comes out where it is read.
  pipeline(source, gunzip).catch(() => undefined);
  return gunzip;
}

/** The first bytes, and the whole again with them. */
async function peek(source: AsyncIterable<Uint8Array>, bytes: number) {
  const iterator = source[Symbol.asyncIterator]();
  let head = new Uint8Array(0);
  let ended = false;
  while (head.length < bytes && !ended) {
    const next = await iterator.next();
    ended = next.done === true;
    if (!next.done) head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncIterable<Uint8Array> {
    if (head.length > 0) yield head;
    if (!ended) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, all: all() };
}
