import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type FakeServer, fakeServer, memoryIo, type Seen, vedette } from '../../test/support/cli.ts';
import { type Batch, BatchBuilder, halves } from './batches.ts';
import { Client } from './client.ts';
import { sendInput } from './ingest.ts';
import { openInput } from './input.ts';

let cwd: string;
let server: FakeServer | undefined;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vedette-ingest-'));
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await server?.close();
  server = undefined;
});

const flow = (n: number) => ({ ts: 1_700_000_000 + n, src_ip: '192.0.2.1', dst_ip: '198.51.100.1', n });
const taken = (seen: Seen): Answer => {
  const queued = seen.body.trimEnd().split('\n').length;
  return { status: 202, body: { status: 'accepted', queued } };
};

async function send(
  content: string | Uint8Array,
  answer: (seen: Seen, index: number) => Answer | Promise<Answer> = taken,
  args: readonly string[] = [],
) {
  server = await fakeServer(answer);
  writeFileSync(join(cwd, 'input'), content);
  return vedette(['ingest', 'input', '--server', server.url, '--key', 'vdt_test', ...args], { cwd });
}

const records = (count: number) => Array.from({ length: count }, (_, n) => flow(n));
const ndjson = (count: number) =>
  records(count)
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('');
const numbers = () =>
  server!.seen.flatMap((seen) =>
    seen.body
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n),
  );

describe('ingest', () => {
  it('sends every record once, in batches of at most 10,000, gzipped, with the key', async () => {
    const { exit, err } = await send(ndjson(25_000), taken, ['--format', 'flows.v1', '--collector', 'office']);
    expect(exit).toBe(0);
    expect(err).toContain('done 25,000 records taken');
    expect(numbers().toSorted((a, b) => a - b)).toEqual(records(25_000).map((one) => one.n));
    expect(server!.seen.map((seen) => seen.body.trimEnd().split('\n').length).toSorted()).toEqual(
      [10_000, 10_000, 5000].toSorted(),
    );
    const [first] = server!.seen;
    expect(first).toMatchObject({ method: 'POST', path: '/v1/ingest/bulk' });
    expect(first.headers).toMatchObject({
      authorization: 'Bearer vdt_test',
      'content-encoding': 'gzip',
      'content-type': 'application/x-ndjson',
    });
    expect([first.query.get('format'), first.headers['x-collector-id']]).toEqual(['flows.v1', 'office']);
  });

  it('reads arrays, pretty ones, gzip of several members, and stdin', async () => {
    expect((await send(JSON.stringify(records(3), null, 2))).exit).toBe(0);
    expect(numbers()).toEqual([0, 1, 2]);
    await server!.close();
    const members = Buffer.concat([gzipSync(ndjson(2)), gzipSync('{"n":7}\n')]);
    expect((await send(members)).exit).toBe(0);
    expect(numbers()).toEqual([0, 1, 7]);
    const stdin = (async function* () {
      yield Buffer.from('[{"n":1},{"n"');
      yield Buffer.from(':2},]');
    })();
    const { exit } = await vedette(['ingest', '-', '--server', server!.url], { stdin });
    expect([exit, server!.seen.at(-1)?.body]).toEqual([0, '{"n":1}\n{"n":2}\n']);
  });

  it('ends with 5 and the reasons when some records are rejected', async () => {
    const errors = [{ index: 1, error: 'no ts' }];
    const partial = { status: 207, body: { status: 'partial', succeeded: 2, failed: 1, errors } };
    const { exit, err, out } = await send(ndjson(3), () => partial, ['-o', 'json']);
    expect(exit).toBe(5);
    expect(err).toContain('rejected record 2: no ts');
    expect(JSON.parse(out)).toMatchObject({ accepted: 2, rejected: 1, reasons: { 'no ts': 1 }, interrupted: false });
  });

  it('counts a batch that is refused as a whole, and goes on', async () => {
    const refusal = { status: 400, body: { error: 'Empty batch', detail: 'Nothing in it.', code: 'EMPTY_BATCH' } };
    const { exit, err } = await send(ndjson(12_000), (seen) => (seen.body.includes('"n":0}') ? refusal : taken(seen)));
    expect(exit).toBe(5);
    expect(err).toMatch(/done 2,000 records taken, 10,000 rejected/);
  });

  it('gives up at once when the request itself is wrong, or the key', async () => {
    const unknown = { status: 400, body: { detail: 'There is no format x.', code: 'UNKNOWN_FORMAT' } };
    expect(await send(ndjson(1), () => unknown)).toMatchObject({ exit: 2 });
    await server!.close();
    const { exit, err } = await send(ndjson(1), () => ({ status: 401, body: { detail: 'This key is not known.' } }));
    expect(exit).toBe(4);
    expect(err).toContain('This key is not known.');
    expect(err).not.toContain('vdt_test');
  });

  it('halves a batch that is too large for the server, down to the one record that is', async () => {
    const { exit, err } = await send(ndjson(8), (seen) => {
      const lines = seen.body.trimEnd().split('\n');
      const tooLarge = { status: 413, body: { detail: 'Too large.', code: 'BODY_TOO_LARGE' } };
      return lines.length > 2 || lines.some((line) => line.includes('"n":5')) ? tooLarge : taken(seen);
    });
    expect(exit).toBe(5);
    expect(err).toContain('rejected record 6: Too large.');
    expect(err).toContain('done 7 records taken, 1 rejected');
  });

  it('keeps every body below 4 MB, however badly the records compress', async () => {
    const noisy = Array.from({ length: 8000 }, (_, n) => `{"n":${n},"x":"${randomBytes(768).toString('base64')}"}\n`);
    expect((await send(noisy.join(''))).exit).toBe(0);
    expect(Math.max(...server!.seen.map((seen) => seen.size))).toBeLessThanOrEqual(4_000_000);
    expect(new Set(numbers()).size).toBe(8000);
  });

  it('says where to go on when the connection is lost, and sends nothing twice', async () => {
    const { exit, err } = await send(ndjson(30_000), (seen) =>
      seen.body.includes('"n":20000}') ? { hangUp: true } : taken(seen),
    );
    expect(exit).toBe(4);
    expect(err).toContain('go on with --skip 20000');
    expect(server!.seen).toHaveLength(3);
    await server!.close();
    expect(await send(ndjson(30_000), taken, ['--skip', '20000'])).toMatchObject({ exit: 0 });
    expect(numbers()[0]).toBe(20_000);
    expect(numbers()).toHaveLength(10_000);
  });
});

describe('patience', () => {
  const run = async (
    wait: (ms: number, signal: AbortSignal) => Promise<void>,
    answer: Parameters<typeof fakeServer>[0],
  ) => {
    server = await fakeServer(answer);
    writeFileSync(join(cwd, 'input'), ndjson(5));
    const io = memoryIo({ cwd });
    const client = new Client(server.url, undefined);
    const result = sendInput(openInput('input', io), client, io, { skip: 0, wait: (ms, signal) => wait(ms, signal) });
    return { io, result };
  };

  it('waits as long as Retry-After says, and doubles its own pause where it says nothing', async () => {
    const pauses: number[] = [];
    const busy: Answer[] = [
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503 },
      { status: 429 },
      { status: 429, headers: { 'retry-after': '0' } },
    ];
    const { result } = await run(
      async (ms) => {
        pauses.push(ms);
      },
      (seen, index) => busy[index] ?? taken(seen),
    );
    expect(await result).toMatchObject({ accepted: 5, rejected: 0 });
    expect(pauses).toEqual([7000, 2000, 4000, 0]);
  });

  it('ends with what the server said when ten minutes did not help', async () => {
    const body = { detail: 'As many records wait as are allowed.', code: 'QUEUE_FULL' };
    const { result } = await run(
      async () => {},
      () => ({ status: 429, headers: { 'retry-after': '120' }, body }),
    );
    await expect(result).rejects.toMatchObject({ exit: 4, message: body.detail });
    expect(server!.seen).toHaveLength(6);
  });

  it('is ended by Ctrl-C, with the record to go on from', async () => {
    let interrupt = () => {};
    const { io, result } = await run(
      async () => interrupt(),
      () => ({ status: 429, headers: { 'retry-after': '60' } }),
    );
    interrupt = () => io.interrupt();
    expect(await result).toMatchObject({ accepted: 0, interrupted: true });
    expect(io.written.err).toContain('Interrupted: go on with --skip 0');
  });

  it('lets requests on their way finish at Ctrl-C, and starts no other', async () => {
    let io: ReturnType<typeof memoryIo> | undefined;
    server = await fakeServer((seen) => {
      io?.interrupt();
      io = undefined;
      return taken(seen);
    });
    writeFileSync(join(cwd, 'input'), ndjson(100_000));
    const mine = memoryIo({ cwd });
    io = mine;
    const client = new Client(server.url, undefined);
    const summary = await sendInput(openInput('input', mine), client, mine, { skip: 0 });
    expect(summary.interrupted).toBe(true);
    expect(summary.accepted).toBe(numbers().length);
    expect(summary.accepted).toBeLessThan(100_000);
    expect(mine.written.err).toContain(`go on with --skip ${summary.accepted}`);
  });
});

describe('input that cannot be read', () => {
  it.each([
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), 'zstdcat'],
    ['a capture', Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]), 'packet capture'],
    ['Zeek in tabs', Buffer.from('#separator \\x09\n'), 'use_json'],
    ['text', Buffer.from('ts,src_ip\n1,2\n'), 'not JSON'],
    ['half a gzip', gzipSync(ndjson(100)).subarray(0, 60), 'cannot be read'],
    ['nothing', Buffer.alloc(0), 'holds no record'],
    ['half an array', Buffer.from('[{"n":1},'), 'middle of its array'],
  ])('%s: exit 3 and what to do', async (_, content, says) => {
    const { exit, err } = await send(content);
    expect(exit).toBe(3);
    expect(err).toContain(says);
  });

  it('is told from a file that is not there', async () => {
    const { exit, err } = await vedette(['ingest', 'gone.json'], { cwd });
    expect([exit, err]).toEqual([3, 'error gone.json does not exist.\n']);
  });

  it('ends with 4 and a hint where no server is', async () => {
    await send(ndjson(1));
    await server!.close();
    const { exit, err } = await vedette(['ingest', 'input', '--server', server!.url], { cwd });
    expect(exit).toBe(4);
    expect(err).toContain('nothing listens there');
  });
});

describe('batches', () => {
  it('hold to both limits, keep numbers, and join the lines of a record', () => {
    const builder = new BatchBuilder({ records: 3, bytes: 20 });
    const made: (Batch | undefined)[] = ['{"a":\n1}', '{}', '{}', '{}', `{"b":"${'x'.repeat(12)}"}`].map((text) => {
      const bytes = Buffer.from(text);
      return builder.add(bytes, 0, bytes.length);
    });
    made.push(builder.take());
    const shown = made
      .filter((batch) => batch !== undefined)
      .map((batch) => [batch.first, Buffer.from(batch.lines).toString()]);
    expect(shown).toEqual([
      [0, '{"a": 1}\n{}\n{}\n'],
      [3, '{}\n'],
      [4, '{"b":"xxxxxxxxxxxx"}\n'],
    ]);
  });

  it('are halved without losing a line', () => {
    const builder = new BatchBuilder({ records: 10, bytes: 100 }, 40);
    for (const text of ['{"a":1}', '{}', '{"b":22}']) builder.add(Buffer.from(text), 0, text.length);
    const [left, right] = halves(builder.take()!);
    expect([left.first, left.count, Buffer.from(left.lines).toString()]).toEqual([40, 1, '{"a":1}\n']);
    expect([right.first, right.count, Buffer.from(right.lines).toString()]).toEqual([41, 2, '{}\n{"b":22}\n']);
    expect(right.starts).toEqual([0, 3]);
  });
});
