import { describe, expect, it } from 'vitest';
import { type Chart, escapeHtml, svgChart } from './svg-chart.ts';

const CHART: Chart = {
  title: 'Bits',
  series: [1, 3],
  start: 1_790_000_000,
  step: 10,
  show: (value) => `${value} b`,
  marks: [],
};

describe('svgChart', () => {
  it('says what it shows, and draws from 0 to a round number', () => {
    const svg = svgChart(CHART);
    expect(svg).toContain('aria-label="Bits: highest 3 b, from 2026-09-21 14:13:20 to 2026-09-21 14:13:40 UTC."');
    for (const tick of ['0 b', '2.5 b', '5 b']) expect(svg).toContain(`>${tick}</text>`);
    // The first of two values fills the left half, at a fifth of the height.
    expect(svg).toContain('d="M88 112.4H520L520 61.2H952"');
  });

  it('leaves a gap where nothing is known', () => {
    expect(svgChart({ ...CHART, series: [1, null, 1] }).match(/class="line"/g)?.length).toBe(2);
    expect(svgChart({ ...CHART, series: [null, null] })).not.toContain('class="line"');
  });

  it('marks what happened, with text that cannot break out', () => {
    const marks = [{ time: 1_790_000_010, severity: 'high', text: '<script>alert("x")</script>' }];
    const svg = svgChart({ ...CHART, marks });
    expect(svg).toContain('class="mark high"');
    expect(svg).not.toContain('<script');
    expect(escapeHtml(`<a href='x'>&"`)).toBe('&#60;a href=&#39;x&#39;&#62;&#38;&#34;');
  });
});
