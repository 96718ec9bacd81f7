import { formatIp } from '../model/address.ts';
import type { EventBatch, IpColumn } from '../model/batch.ts';
import { formatTime } from '../model/filter/time.ts';
import { protocolName } from '../model/kinds.ts';
import { cellOf } from './flow-cells.ts';
import type { FlowPrinter } from './flow-printer.ts';
import { LineBuffer } from './line-buffer.ts';
import { count, printable, size } from './table.ts';

interface ShownCell {
  readonly title: string;
  readonly right: boolean;
  /** Where the terminal is too narrow, the column with the highest goes first; undefined never goes. */
  readonly spare?: number;
  show(row: number): string;
}

/** Flows whose widths decide how wide the columns are. */
const MEASURED = 500;

/** Flows as aligned text. The first flows set the widths; a later cell that is wider moves the rest of its line. */
export class TablePrinter implements FlowPrinter {
  readonly #out: LineBuffer;
  #cells: readonly ShownCell[];
  readonly #room: number;
  #widths: number[] = [];
  #waiting: string[][] = [];

  /** @param room columns of the terminal; undefined does not cut lines. */
  constructor(batch: EventBatch, out: LineBuffer, fields: readonly string[] | undefined, room: number | undefined) {
    this.#out = out;
    this.#room = room ?? Number.POSITIVE_INFINITY;
    this.#cells = fields ? fields.map((name) => plainCell(name, batch)) : usualCells(batch);
  }

  begin(): void {}

  rows(from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const cells = this.#cells.map((cell) => printable(cell.show(row)));
      if (this.#widths.length > 0) this.#line(cells);
      else if (this.#waiting.push(cells) >= MEASURED) this.#release();
    }
  }

  record(): void {
    throw new RangeError('a table holds one kind of record');
  }

  end(): void {
    if (this.#widths.length === 0) this.#release();
  }

  #release(): void {
    const rows = [this.#cells.map((cell) => cell.title), ...this.#waiting];
    const widths = this.#cells.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
    const kept = this.#fitting(widths);
    this.#cells = kept.map((index) => this.#cells[index]);
    this.#widths = kept.map((index) => widths[index]);
    for (const row of rows) this.#line(kept.map((index) => row[index]));
    this.#waiting = [];
  }

  /** The columns that stay, by their number. */
  #fitting(widths: readonly number[]): number[] {
    const spare = (index: number) => this.#cells[index].spare ?? 0;
    let kept = widths.map((_, index) => index);
    const fits = () => kept.reduce((sum, index) => sum + widths[index] + 2, -2) <= this.#room;
    while (!fits()) {
      const first = kept.reduce((most, index) => (spare(index) > spare(most) ? index : most));
      if (spare(first) === 0) break;
      kept = kept.filter((index) => index !== first);
    }
    return kept;
  }

  #line(cells: readonly string[]): void {
    const padded = cells.map((cell, index) =>
      this.#cells[index].right ? cell.padStart(this.#widths[index]) : cell.padEnd(this.#widths[index]),
    );
    const line = padded.join('  ').trimEnd();
    this.#out.text(line.length > this.#room ? `${line.slice(0, this.#room - 1)}…\n` : `${line}\n`);
  }
}

function plainCell(name: string, batch: EventBatch): ShownCell {
  const cell = cellOf(
    name,
    batch,
    (text) => text,
    (text) => text,
  );
  const scratch = new LineBuffer();
  const show = (row: number) => {
    if (cell.isEmpty(row)) return '';
    cell.write(row, scratch);
    return Buffer.from(scratch.take()).toString();
  };
  return { title: name, right: false, show };
}

function usualCells(batch: EventBatch): ShownCell[] {
  const { columns } = batch;
  const end = (ips: IpColumn, ports: Uint16Array) => (row: number) => {
    const address = ips.family[row] === 0 ? '' : formatIp(ips.bytes, row * 16);
    if (ports[row] === 0 || columns.proto[row] === 1 || columns.proto[row] === 58) return address;
    return ips.family[row] === 6 ? `[${address}]:${ports[row]}` : `${address}:${ports[row]}`;
  };
  return [
    {
      title: 'time',
      right: false,
      show: (row) =>
        formatTime(Math.floor(columns.ts[row] / 1e6) * 1e6)
          .slice(0, -5)
          .replace('T', ' '),
    },
    { title: 'seconds', right: true, spare: 2, show: (row) => columns.duration[row].toFixed(1) },
    { title: 'proto', right: false, show: (row) => protocolName(columns.proto[row]) },
    { title: 'from', right: false, show: end(columns.src_ip, columns.src_port) },
    { title: 'to', right: false, show: end(columns.dst_ip, columns.dst_port) },
    { title: 'bytes', right: true, show: (row) => size(columns.bytes[row]) },
    { title: 'packets', right: true, spare: 1, show: (row) => count(columns.packets[row]) },
    { title: 'exporter', right: false, spare: 3, show: (row) => columns.exporter.get(row) },
  ];
}
