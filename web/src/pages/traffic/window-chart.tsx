import { LineChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { axisTime, dateTime } from '../../format/time.ts';
import { useStore } from '../../kit/store.ts';
import { theme, type Zone } from '../../state/preferences.ts';
import { typeName } from './names.ts';
import { type Series, summaryOf } from './series.ts';

echarts.use([
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  MarkAreaComponent,
  MarkLineComponent,
  AriaComponent,
  CanvasRenderer,
]);

interface WindowChartProps {
  series: Series;
  zone: Zone;
  /** Index of the window whose details are open, -1 for none. */
  open: number;
  onOpen: (index: number) => void;
}

/** A line over windows with the band of what is usual; anomalies stand on it. A click opens the window; arrow keys move a cursor that is read out, Enter opens. */
export default function WindowChart({ series, zone, open, onOpen }: WindowChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const shownTheme = useStore(theme);
  const [cursor, setCursor] = useState<number | null>(null);
  const now = useRef({ series, onOpen });
  now.current = { series, onOpen };

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const instance = echarts.init(element, undefined, { renderer: 'canvas' });
    chart.current = instance;
    const observer = new ResizeObserver(() => instance.resize());
    observer.observe(element);
    // The whole height of a window can be clicked, not only its line.
    instance.getZr().on('click', ({ offsetX, offsetY }) => {
      if (!instance.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return;
      const [time] = instance.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
      const { windows } = now.current.series;
      const index = nearest(windows.map(middleOf), time);
      if (index >= 0) now.current.onOpen(index);
    });
    return () => {
      observer.disconnect();
      instance.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(optionOf(series, zone, open, shownTheme), { notMerge: true });
  }, [series, zone, open, shownTheme]);

  const onKeyDown = (event: KeyboardEvent) => {
    const end = series.windows.length - 1;
    const at = cursor ?? (event.key === 'ArrowLeft' ? end + 1 : -1);
    const moves: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: end };
    if (event.key in moves && end >= 0) {
      event.preventDefault();
      const next = Math.max(0, Math.min(end, moves[event.key]));
      setCursor(next);
      chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: next });
    } else if (event.key === 'Enter' && cursor !== null && cursor <= end) onOpen(cursor);
  };

  return (
    <div
      className="chart"
      role="application"
      aria-roledescription="chart"
      aria-label={`${summaryOf(series)} Arrow keys move through it, Enter opens a window.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys need the focus
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => {
        setCursor(null);
        chart.current?.dispatchAction({ type: 'hideTip' });
      }}
    >
      <div ref={box} className="chart-canvas" />
      <span className="visually-hidden" aria-live="polite">
        {cursor !== null && readOut(series, cursor, zone)}
      </span>
    </div>
  );
}

function middleOf(window: { window_start: number; window_end: number }): number {
  return (window.window_start + window.window_end) * 500;
}

/** Index of the number that is nearest to `value`, -1 when there is none. */
function nearest(numbers: readonly number[], value: number): number {
  let best = -1;
  for (let i = 0; i < numbers.length; i++)
    if (best < 0 || Math.abs(numbers[i] - value) < Math.abs(numbers[best] - value)) best = i;
  return best;
}

function readOut(series: Series, index: number, zone: Zone): string {
  const window = series.windows[index];
  if (!window) return '';
  const value = series.values[index];
  const found = series.marks.find((mark) => mark.index === index)?.anomalies ?? [];
  const text = value === null ? 'nothing measured' : series.metric.text(value);
  return [dateTime(window.window_start * 1000, zone), text, ...found.map(({ type }) => typeName(type))].join(', ');
}

const COLORS = { high: '--critical', medium: '--high', low: '--low' } as const;
const SHAPES = { high: 'triangle', medium: 'diamond', low: 'circle' } as const;

type Color = (name: string) => string;

/** Colours come from the style sheet, so that both themes have one home. */
function optionOf(series: Series, zone: Zone, open: number, _theme: string) {
  const style = getComputedStyle(document.documentElement);
  const color: Color = (name) => style.getPropertyValue(name).trim();
  const still = globalThis.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    animation: !still,
    animationDuration: 250,
    useUTC: zone === 'utc',
    aria: { enabled: true, decal: { show: false } },
    textStyle: { fontFamily: style.fontFamily, fontSize: 12 },
    grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: color('--border') } },
      confine: true,
      backgroundColor: color('--raised'),
      borderColor: color('--border'),
      textStyle: { color: color('--text'), fontSize: 12 },
      formatter: (shown: { dataIndex: number; seriesIndex: number }[]) => {
        const line = shown.find((one) => one.seriesIndex === 0);
        return line ? readOut(series, line.dataIndex, zone).split(', ').map(escaped).join('<br>') : '';
      },
    },
    xAxis: timeAxis(series, zone, color),
    yAxis: valueAxis(series, color),
    series: [lineOf(series, open, color), marksOn(series, color)],
  };
}

function timeAxis({ windows }: Series, zone: Zone, color: Color) {
  const begin = windows.length === 0 ? 0 : windows[0].window_start * 1000;
  const end = windows.length === 0 ? 0 : windows[windows.length - 1].window_end * 1000;
  return {
    type: 'time',
    min: begin,
    max: end,
    axisLine: { lineStyle: { color: color('--border') } },
    axisTick: { show: false },
    axisLabel: {
      color: color('--muted'),
      hideOverlap: true,
      formatter: (time: number) => axisTime(time, zone, end - begin),
    },
  };
}

function valueAxis({ metric, values, band }: Series, color: Color) {
  const isFlat = (band?.p95 ?? 0) === 0 && values.every((value) => value === null || value === 0);
  return {
    type: 'value',
    min: 0,
    max: isFlat ? 1 : undefined,
    splitNumber: 4,
    axisLabel: { color: color('--muted'), formatter: metric.text },
    splitLine: { lineStyle: { color: color('--divider') } },
  };
}

/** The metric, on the band of what is usual; the window that is open is marked. */
function lineOf({ metric, windows, values, band }: Series, open: number, color: Color) {
  const usual = (value: number, type: string) => ({
    yAxis: value,
    lineStyle: { color: color('--series-2'), type, width: 1 },
  });
  return {
    type: 'line',
    name: metric.label,
    symbol: 'circle',
    symbolSize: 5,
    showSymbol: windows.length <= 60,
    data: values.map((value, i) => [middleOf(windows[i]), value ?? '-']),
    lineStyle: { color: color('--series-0'), width: 1.5 },
    itemStyle: { color: color('--series-0') },
    areaStyle: { color: `${color('--series-0')}22` },
    markArea: band && {
      silent: true,
      itemStyle: { color: `${color('--series-2')}26` },
      data: [[{ yAxis: band.median }, { yAxis: band.p95 }]],
    },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      data: [
        ...(band ? [usual(band.median, 'dashed'), usual(band.p95, 'solid')] : []),
        ...(windows[open]
          ? [{ xAxis: middleOf(windows[open]), lineStyle: { color: color('--accent'), type: 'solid', width: 2 } }]
          : []),
      ],
    },
  };
}

function marksOn({ windows, values, band, marks }: Series, color: Color) {
  const points = marks.map(({ index, severity }) => ({
    value: [middleOf(windows[index]), values[index] ?? 0],
    symbol: SHAPES[severity],
    symbolSize: 13,
    itemStyle: { color: color(COLORS[severity]), borderColor: color('--panel'), borderWidth: 1.5 },
  }));
  // Nothing to see: it keeps what is usual in sight, which areas and lines do not.
  const keeper = band && windows.length > 0 ? [{ value: [middleOf(windows[0]), band.p95], symbolSize: 0 }] : [];
  return { type: 'scatter', name: 'Anomalies', z: 5, data: [...points, ...keeper] };
}

/** The picture's tooltip takes HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
