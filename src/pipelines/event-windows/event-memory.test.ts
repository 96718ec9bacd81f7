import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memorySettings, windowOf } from '../../../test/fakes/traffic.ts';
import { EventDetection } from './event-detection.ts';
import { EventMemories, type EventMemory } from './event-memory.ts';
import { atOnce } from './event-windows.ts';
import { MONDAY, row } from './fixtures/rows.ts';

/** What was learned from an hour of connections. */
function learned(): EventMemory {
  const ignore = () => undefined;
  const detection = new EventDetection({ seconds: 10, lateness: 30 }, { onWindow: ignore, onAnomaly: ignore });
  for (let n = 0; n < 400; n++) {
    detection.take(row({ ts: MONDAY + n * 10e6, src_port: 1024 + n, uid: `C${n}` }));
    atOnce(detection.advance());
  }
  const { nextId, moved, detection: saved } = detection.save();
  const bookmark = { seen: '900', after: '880', open: detection.open, nextId, windowSeconds: 10 };
  return { bookmark, detection: saved, moved, windows: [windowOf(0, MONDAY / 1e6, 10, 3)], anomalies: [] };
}

it('keeps what was learned, whole or not at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-memory-'));
  const settings = memorySettings();
  const memories = new EventMemories(join(folder, 'new', 'learned.json'), settings);
  expect(await memories.load()).toEqual({ bookmark: undefined });
  const memory = learned();
  await memories.save(memory);
  await memories.save(memory);
  expect(await readdir(join(folder, 'new'))).toEqual(['learned.json']);
  const { memory: read, bookmark } = await memories.load();
  expect(bookmark).toEqual(memory.bookmark);
  expect(read).toEqual(JSON.parse(JSON.stringify({ version: 1, ...memory })));
  const again = new EventDetection({ seconds: 10, lateness: 30 }, { onWindow: () => 0, onAnomaly: () => 0 });
  expect(again.load(read!.detection)).toBe(true);
  await writeFile(join(folder, 'new', 'learned.json'), '{"version":7}');
  expect(await memories.load()).toEqual({ bookmark: memory.bookmark, problem: 'it is of another version' });
  await writeFile(join(folder, 'new', 'learned.json'), '{"version":1,"boo');
  expect(await memories.load()).toMatchObject({ bookmark: memory.bookmark, problem: expect.stringContaining('JSON') });
  await rm(folder, { recursive: true });
});
