import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EventBatch } from '../model/batch.ts';
import type { FilledBlock } from './flow-messages.ts';
import { BlockReader, BlockWriter, makeSharedBatch, openSharedBatch } from './shared-blocks.ts';

const ROWS = 64;

/** Both sides in one thread, with every message copied as threads copy it. */
function pair(blocks: number) {
  const made = Array.from({ length: blocks }, () => makeSharedBatch(ROWS));
  const writer = new BlockWriter(made.map(({ buffers }) => openSharedBatch(ROWS, buffers)));
  const reader = new BlockReader(made.map(({ batch }) => batch));
  const { port1, port2 } = new MessageChannel();
  const cross = (block: FilledBlock): FilledBlock => {
    port1.postMessage(block);
    return receiveMessageOnPort(port2)?.message as FilledBlock;
  };
  return { writer, reader, cross };
}

function fill(batch: EventBatch, exporter: string, attrs: string): void {
  const row = batch.length;
  batch.columns.src_ip.setV4(row, 0xc0000200 + row);
  batch.columns.bytes[row] = 1000 + row;
  batch.columns.exporter.set(row, exporter);
  batch.columns.attrs.set(row, attrs);
  batch.length = row + 1;
}

describe('shared blocks', () => {
  it('carry numbers, strings and texts to the other side', () => {
    const { writer, reader, cross } = pair(2);
    const out = writer.open(0);
    fill(out, '192.0.2.1', '{"a":1}');
    fill(out, '192.0.2.2', 'ü'.repeat(3000));
    const batch = reader.take(cross(writer.close(0, [])));
    expect(batch.length).toBe(2);
    expect(batch.columns.src_ip.v4[1]).toBe(0xc0000201);
    expect(batch.columns.bytes[0]).toBe(1000);
    expect([0, 1].map((row) => batch.columns.exporter.get(row))).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(batch.columns.attrs.get(0)).toBe('{"a":1}');
    expect(batch.columns.attrs.get(1)).toBe('ü'.repeat(3000));
  });

  it('tell a string once, whichever block it comes in', () => {
    const { writer, reader, cross } = pair(2);
    fill(writer.open(0), 'one', '{}');
    const first = writer.close(0, []);
    fill(writer.open(1), 'one', '{}');
    const second = writer.close(1, []);
    expect(first.strings.map(({ column }) => column)).toContain('exporter');
    expect(second.strings).toEqual([]);
    reader.take(cross(first));
    expect(reader.take(cross(second)).columns.exporter.get(0)).toBe('one');
  });

  it('are empty when they come round again', () => {
    const { writer, reader, cross } = pair(1);
    for (const round of [1, 2, 3]) {
      const out = writer.open(0);
      expect(out.columns.attrs.isEmpty(0)).toBe(true);
      fill(out, `exporter ${round}`, `{"round":${round}}`);
      if (round === 2) fill(out, 'another', '');
      const batch = reader.take(cross(writer.close(0, [])));
      expect(batch.columns.attrs.get(0)).toBe(`{"round":${round}}`);
      expect(batch.columns.exporter.get(0)).toBe(`exporter ${round}`);
      batch.columns.threat_indicator.set(0, 'seen');
      batch.reset();
      expect(out.columns.bytes[0]).toBe(0);
      expect(out.columns.src_ip.family[0]).toBe(0);
    }
  });

  it('begin a dictionary anew when a sender invents strings', () => {
    const { writer, reader, cross } = pair(1);
    let begun = 0;
    for (let round = 0; round < 1400; round++) {
      const out = writer.open(0);
      for (let i = 0; i < 50; i++) fill(out, `name ${round} ${i}`, '');
      const block = writer.close(0, []);
      for (const { column, from } of block.strings) if (column === 'exporter' && from === 0) begun++;
      const batch = reader.take(cross(block));
      expect(batch.columns.exporter.get(49)).toBe(`name ${round} 49`);
      expect(batch.columns.exporter.dictionary.size).toBeLessThan(33_000);
      batch.reset();
    }
    expect(begun).toBe(3);
  });
});
