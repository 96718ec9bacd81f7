import { dateTime } from './figures.ts';

/** One series over time, drawn from 0. */
export interface Chart {
  readonly title: string;
  /** Null where nothing is known: the line has a gap there. */
  readonly series: readonly (number | null)[];
  /** Seconds since 1970 of the first value, and from each to the next. */
  readonly start: number;
  readonly step: number;
  readonly show: (value: number) => string;
  /** Times to mark, with what is there. */
  readonly marks: readonly { readonly time: number; readonly severity: string; readonly text: string }[];
}

const WIDTH = 960;
const HEIGHT = 160;
const LEFT = 88;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 22;
const X_TICKS = 6;

/** Text as HTML and SVG may have it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A chart as inline SVG, without scripts; a sentence says what it shows. */
export function svgChart(chart: Chart): string {
  const { title, series, show } = chart;
  const known = series.filter((value) => value !== null);
  const highest = niceMaximum(Math.max(0, ...known));
  const most = Math.max(0, ...known);
  const label = `${title}: highest ${show(most)}, from ${dateTime(chart.start)} to ${dateTime(endOf(chart))} UTC.`;
  const parts = [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">`,
    ...[0, 0.5, 1].map((part) => yTick(highest * part, highest, show)),
    ...xTicks(chart),
    ...areas(chart, highest),
    ...chart.marks.map((mark) => markAt(mark, chart)),
    '</svg>',
  ];
  return parts.join('');
}

function endOf({ start, step, series }: Chart): number {
  return start + step * series.length;
}

/** 1, 2 or 5 times a power of ten, so that the scale can be read. */
function niceMaximum(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value) ?? value;
}

function x(time: number, chart: Chart): number {
  const part = (time - chart.start) / (endOf(chart) - chart.start);
  return round(LEFT + Math.min(1, Math.max(0, part)) * (WIDTH - LEFT - RIGHT));
}

function y(value: number, highest: number): number {
  return round(HEIGHT - BOTTOM - (value / highest) * (HEIGHT - TOP - BOTTOM));
}

function yTick(value: number, highest: number, show: (value: number) => string): string {
  const at = y(value, highest);
  const line = `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`;
  return `${line}<text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${escapeHtml(show(value))}</text>`;
}

function xTicks(chart: Chart): string[] {
  const length = endOf(chart) - chart.start;
  return Array.from({ length: X_TICKS + 1 }, (_, i) => {
    const time = chart.start + (length * i) / X_TICKS;
    const anchor = i === 0 ? 'start' : i === X_TICKS ? 'end' : 'middle';
    const text = length > 2 * 86_400 ? dateTime(time).slice(5, 16) : dateTime(time).slice(11);
    return `<text x="${x(time, chart)}" y="${HEIGHT - 6}" text-anchor="${anchor}">${text}</text>`;
  });
}

/** Runs of known values as steps, each with the area below it. */
function areas(chart: Chart, highest: number): string[] {
  const { series, start, step } = chart;
  const drawn: string[] = [];
  for (let from = 0; from < series.length; from++) {
    if (series[from] === null) continue;
    let to = from;
    let line = '';
    for (; to < series.length; to++) {
      const value = series[to];
      if (value === null) break;
      const height = y(value, highest);
      line += `${line === '' ? 'M' : 'L'}${x(start + to * step, chart)} ${height}H${x(start + (to + 1) * step, chart)}`;
    }
    const base = y(0, highest);
    drawn.push(
      `<path class="area" d="${line}V${base}H${x(start + from * step, chart)}Z"/><path class="line" d="${line}"/>`,
    );
    from = to;
  }
  return drawn;
}

function markAt({ time, severity, text }: Chart['marks'][number], chart: Chart): string {
  const at = x(time, chart);
  const shape = `<path d="M${at} ${TOP + 2}l5 -9h-10z"/><line x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`;
  return `<g class="mark ${severity}"><title>${escapeHtml(text)}</title>${shape}</g>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
