import type { Anomaly } from '../model/window.ts';
import { metricValue, timeWithin } from './figures.ts';
import type { Colors } from './io.ts';
import { printable } from './table.ts';

const INDENT = 11;

/**
 * Anomalies for a terminal: when and what in one line, then what was seen against what was expected, and why it matters.
 * @param first time of the first packet, seconds, so that its day need not be repeated.
 */
export function anomalyBlocks(
  anomalies: readonly Anomaly[],
  first: number | null,
  colors: Colors,
  width: number,
): string {
  return anomalies.map((anomaly) => block(anomaly, first, colors, width)).join('');
}

function block(anomaly: Anomaly, first: number | null, colors: Colors, width: number): string {
  const { severity, score, type, metric, current_value, expected, threshold, techniques, evidence } = anomaly;
  const paint = { high: colors.red, medium: colors.yellow, low: colors.blue }[severity];
  const head = `  ${paint(severity.padEnd(6))} ${colors.bold(type)}  ${timeWithin(anomaly.window_start, first)}  score ${Math.round(score)}\n`;
  const values = [
    `${metric.replaceAll('_', ' ')}: observed ${metricValue(metric, current_value)}`,
    `expected ${metricValue(metric, expected)}`,
    `limit ${metricValue(metric, threshold)}`,
  ].join(', ');
  const more = [
    ...(techniques.length > 0 ? [`ATT&CK ${techniques.join(', ')}`] : []),
    ...(evidence.length > 0 ? [`connections ${evidence.slice(0, 5).join(' ')}${evidence.length > 5 ? ' …' : ''}`] : []),
  ].join(' · ');
  const texts = [anomaly.message, values, anomaly.why, more].filter((text) => text !== '');
  return head + texts.map((text, i) => paragraph(printable(text), width, i === 0 ? plain : colors.dim)).join('');
}

const plain = (text: string) => text;

/** A text in lines of at most `width`, indented; a word longer than a line stays whole. */
function paragraph(text: string, width: number, paint: (line: string) => string): string {
  const room = Math.max(40, width - INDENT);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each) => `${' '.repeat(INDENT - 2)}${paint(each)}\n`).join('');
}
