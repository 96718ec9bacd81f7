import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { ThreatList } from './threat-list.ts';
import { ThreatMatcher } from './threat-matcher.ts';

const GOOD =
  'ip_or_cidr,category,confidence\n198.51.100.7,c2,90\n203.0.113.0/24,scanner,40\nevil.example,phishing,75\n';

let folder: string;
let path: string;
let matcher: ThreatMatcher;
let list: ThreatList;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'threat-list-'));
  path = join(folder, 'threats.csv');
  matcher = new ThreatMatcher({ log: silentLog });
  list = listOf(60_000);
});

afterEach(async () => {
  await list.stop();
  rmSync(folder, { recursive: true, force: true });
});

function listOf(interval: number): ThreatList {
  return new ThreatList({
    path,
    replace: (source, indicators) => matcher.replace(source, indicators),
    log: silentLog,
    interval,
  });
}

async function reading(content: string | Uint8Array): Promise<void> {
  writeFileSync(path, content);
  await list.start();
}

describe('ThreatList', () => {
  it('loads addresses, networks and domains', async () => {
    await reading(GOOD);
    expect(matcher.size()).toEqual({ addresses: 1, networks: 1, domains: 1 });
    expect(matcher.lookup('198.51.100.7')).toEqual([
      { value: '198.51.100.7', category: 'c2', confidence: 90, source: 'threatlist', field: 'value' },
    ]);
    expect(list.health()).toEqual({ state: 'ok', figures: { lines: 3, bad_lines: 0 } });
  });

  it('reads a byte order mark, CRLF, comments, quotes, other columns and a source of its own', async () => {
    await reading(
      '\uFEFFsource,note,IP_or_CIDR,Confidence,category\r\n# a comment, with a comma\r\n\r\n' +
        'desk,"a, b",192.0.2.1, 61 ,"c2, maybe"\r\n,,192.0.2.2,,\r\n',
    );
    expect(matcher.lookup('192.0.2.1')).toEqual([
      { value: '192.0.2.1', category: 'c2, maybe', confidence: 61, source: 'desk', field: 'value' },
    ]);
    expect(matcher.lookup('192.0.2.2')).toEqual([
      { value: '192.0.2.2', category: 'unknown', confidence: 50, source: 'threatlist', field: 'value' },
    ]);
  });

  it('counts bad lines, lists the first 20 with their number, and keeps the others', async () => {
    const bad = Array.from({ length: 30 }, (_, i) => `not an address ${i},c2,90\n`).join('');
    await reading(`${GOOD}0.0.0.0/0,c2,90\n192.0.2.1,c2,many\n${bad}192.0.2.2,c2,10\n`);
    expect(list.health().figures).toEqual({ lines: 4, bad_lines: 32 });
    expect(list.badLines()).toHaveLength(20);
    expect(list.badLines()[0]).toEqual({ line: 5, reason: expect.stringContaining('"0.0.0.0/0" is a network wider') });
    expect(list.badLines()[1]).toEqual({ line: 6, reason: expect.stringContaining('"many" is no number') });
    expect(matcher.lookup('192.0.2.2')).toHaveLength(1);
  });

  it.each([
    ['an empty file', ''],
    ['a page in HTML', '<!doctype html>\n<html><body>502</body></html>\n'],
    ['a list without a header', '198.51.100.7,c2,90\n'],
    ['a list of nothing but bad lines', 'ip_or_cidr,category,confidence\nx,c2,90\ny,c2,90\n'],
    ['a line without an end', `ip_or_cidr,category,confidence\n"${'x'.repeat(200_000)}\n`],
    ['bytes that are no text', new Uint8Array(4_000).map((_, i) => (i * 37) & 255)],
  ])('keeps the last good list when it is replaced by %s', async (_, content) => {
    await reading(GOOD);
    writeFileSync(path, content);
    expect(await list.reload()).toBe(false);
    expect(list.health().state).toBe('degraded');
    expect(matcher.lookup('198.51.100.7')).toHaveLength(1);
    writeFileSync(path, 'ip_or_cidr,category,confidence\n192.0.2.9,c2,10\n');
    expect(await list.reload()).toBe(true);
    expect(list.health().state).toBe('ok');
    expect(matcher.size()).toEqual({ addresses: 1, networks: 0, domains: 0 });
  });

  it('takes a list with a header alone as an empty list', async () => {
    await reading(GOOD);
    writeFileSync(path, 'ip_or_cidr,category,confidence\n');
    expect(await list.reload()).toBe(true);
    expect(matcher.size()).toEqual({ addresses: 0, networks: 0, domains: 0 });
  });

  it('starts without the file, loads it when it appears, keeps it when it goes', async () => {
    await list.start();
    expect(list.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('does not exist') });
    await list.stop();
    list = listOf(5);
    await list.start();
    writeFileSync(path, GOOD);
    while (matcher.size().addresses === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    rmSync(path);
    while (list.health().state === 'ok') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(matcher.size().addresses).toBe(1);
  });

  it('does not read a file again that has not changed', async () => {
    await reading(GOOD);
    expect(await list.reload()).toBe(false);
  });

  it('survives any damage to the file: it loads what is good or keeps what it had', async () => {
    const bytes = new TextEncoder().encode(GOOD);
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    await reading(GOOD);
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(bytes.length), async (changes, cut) => {
        const damaged = bytes.slice(0, cut);
        for (const [at, byte] of changes) if (at < cut) damaged[at] = byte;
        writeFileSync(path, damaged);
        const before = matcher.size();
        const loaded = await list.reload();
        const { addresses, networks, domains } = matcher.size();
        if (loaded) expect(addresses + networks + domains).toBeLessThanOrEqual(list.health().figures?.lines as number);
        else expect(matcher.size()).toEqual(before);
        expect(addresses + networks + domains).toBeLessThanOrEqual(3);
      }),
      { numRuns: 150 },
    );
  });
});
