import { BarChart } from 'echarts/charts';
import { AriaComponent, BrushComponent, GridComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { short } from '../format/number.ts';
import { axisTime, dateTime } from '../format/time.ts';
import { useStore } from '../kit/store.ts';
import { theme, type Zone } from '../state/preferences.ts';
import type { Stack } from './stack.ts';

echarts.use([BarChart, GridComponent, TooltipComponent, BrushComponent, AriaComponent, CanvasRenderer]);

interface BarChartProps {
  stack: Stack;
  zone: Zone;
  unit: string;
  /** One sentence for those who do not see the picture. */
  summary: string;
  onZoom: (from: number, to: number) => void;
  /** Double click: one step back. */
  onBack: () => void;
}

/** Stacked bars over time. Dragging zooms, Esc cancels, a double click goes back; arrow keys move a cursor that is read out, Enter zooms to it. */
export default function StackedBars({ stack, zone, unit, summary, onZoom, onBack }: BarChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const shownTheme = useStore(theme);
  const [cursor, setCursor] = useState<number | null>(null);
  const [held, hold] = useState(false);
  const cancelled = useRef(false);
  /** What the picture shows now: while the mouse is held this may be older than `stack`. */
  const drawn = useRef(stack);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const instance = echarts.init(element, undefined, { renderer: 'canvas' });
    chart.current = instance;
    const observer = new ResizeObserver(() => instance.resize());
    observer.observe(element);
    instance.on('brushEnd', (event) => {
      const range = (event as { areas?: { coordRange?: [number, number] }[] }).areas?.[0]?.coordRange;
      instance.dispatchAction({ type: 'brush', areas: [] });
      if (!range || cancelled.current) return;
      const { times, bucketMs } = drawn.current;
      const first = Math.max(0, Math.min(...range));
      const last = Math.min(times.length - 1, Math.max(...range));
      // A click is no drag: one bucket at least, or nothing happens.
      if (last > first) zoom.current(times[first], times[last] + bucketMs);
    });
    return () => {
      observer.disconnect();
      instance.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const instance = chart.current;
    // New data wait until the mouse is let go: what is being marked must not move away under it.
    if (!instance || held) return;
    drawn.current = stack;
    instance.setOption(optionOf(stack, zone, unit, shownTheme), { notMerge: true });
    instance.dispatchAction({
      type: 'takeGlobalCursor',
      key: 'brush',
      brushOption: { brushType: 'lineX', brushMode: 'single' },
    });
  }, [stack, zone, unit, shownTheme, held]);

  useEffect(() => {
    if (!held) return;
    // After the chart's own handler, which reads the marked range.
    const release = () => setTimeout(() => hold(false));
    const cancel = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      cancelled.current = true;
      chart.current?.dispatchAction({ type: 'brush', areas: [] });
    };
    document.addEventListener('mouseup', release);
    document.addEventListener('keydown', cancel, true);
    return () => {
      document.removeEventListener('mouseup', release);
      document.removeEventListener('keydown', cancel, true);
    };
  }, [held]);

  const onKeyDown = (event: KeyboardEvent) => {
    const end = stack.times.length - 1;
    const at = cursor ?? (event.key === 'ArrowLeft' ? end + 1 : -1);
    const moves: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: end };
    if (event.key in moves && end >= 0) {
      event.preventDefault();
      const next = Math.max(0, Math.min(end, moves[event.key]));
      setCursor(next);
      chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: next });
    } else if (event.key === 'Enter' && cursor !== null) {
      onZoom(stack.times[cursor], stack.times[cursor] + stack.bucketMs);
    }
  };

  return (
    <div
      className="chart"
      role="application"
      aria-roledescription="chart"
      aria-label={`${summary} Arrow keys move through it, Enter zooms in.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys need the focus
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseDown={() => {
        cancelled.current = false;
        hold(true);
      }}
      onDoubleClick={onBack}
      onBlur={() => {
        setCursor(null);
        chart.current?.dispatchAction({ type: 'hideTip' });
      }}
    >
      <div ref={box} className="chart-canvas" />
      <span className="visually-hidden" aria-live="polite">
        {cursor !== null && readOut(stack, cursor, zone, unit)}
      </span>
    </div>
  );
}

function readOut(stack: Stack, at: number, zone: Zone, unit: string): string {
  const parts = stack.series.flatMap((one) => {
    const value = one.values[at];
    return value === null ? [] : [`${one.name} ${short(value)}`];
  });
  return `${dateTime(stack.times[at], zone)}: ${parts.join(', ') || 'no data'} ${parts.length ? unit : ''}`;
}

/** Colours come from the style sheet, so that both themes have one home. */
function optionOf(stack: Stack, zone: Zone, unit: string, _theme: string) {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const rangeMs = stack.times.length * stack.bucketMs;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    animation: !still,
    animationDuration: 250,
    aria: { enabled: true, decal: { show: false } },
    textStyle: { fontFamily: style.fontFamily, fontSize: 12 },
    grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
    toolbox: { show: false },
    brush: {
      toolbox: [],
      xAxisIndex: 0,
      transformable: false,
      brushStyle: { borderWidth: 1, color: `${color('--accent')}33`, borderColor: color('--accent') },
      outOfBrush: { colorAlpha: 1 },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: color('--hover') } },
      confine: true,
      backgroundColor: color('--raised'),
      borderColor: color('--border'),
      textStyle: { color: color('--text'), fontSize: 12 },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? `${short(value)} ${unit}` : 'no data'),
    },
    xAxis: {
      type: 'category',
      data: stack.times.map((time) => axisTime(time, zone, rangeMs)),
      axisLine: { lineStyle: { color: color('--border') } },
      axisTick: { show: false },
      axisLabel: { color: color('--muted'), hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitNumber: 4,
      axisLabel: { color: color('--muted'), formatter: (value: number) => short(value) },
      splitLine: { lineStyle: { color: color('--divider') } },
    },
    series: stack.series.map((one) => ({
      type: 'bar',
      name: one.name,
      stack: 'all',
      barCategoryGap: stack.times.length > 90 ? '8%' : '16%',
      data: one.values.map((value) => value ?? '-'),
      itemStyle: {
        color: color(one.color === null ? '--series-other' : `--series-${one.color}`),
        ...(one.color === null
          ? { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: 0.8 } }
          : {}),
      },
    })),
  };
}
