import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../model/window.ts';
import { type AllowRule, AllowRules, preview, problemOfRule } from './allow-rules.ts';

const scan: Anomaly = {
  type: 'port_scan',
  severity: 'high',
  score: 80,
  window_start: 1000,
  window_end: 1010,
  message: 'm',
  metric: 'distinct_ports',
  current_value: 30,
  expected: 0,
  threshold: 5,
  why: 'w',
  flow_src: '10.0.0.5',
  flow_dst: '10.0.1.7',
  port: 22,
  techniques: ['T1046'],
  evidence: [],
};
const rule = (parts: Partial<AllowRule>): AllowRule => ({ id: 'r', reason: 'our scanner', ...parts });

describe('AllowRules', () => {
  it.each<[string, Partial<AllowRule>, boolean]>([
    ['source', { source: '10.0.0.5' }, true],
    ['network of the source', { source: '10.0.0.0/24' }, true],
    ['other source', { source: '10.0.0.6' }, false],
    ['destination', { destination: '10.0.1.0/24' }, true],
    ['other destination', { destination: '10.0.2.0/24' }, false],
    ['port', { port: 22 }, true],
    ['other port', { port: 23 }, false],
    ['detector', { detector: 'port_scan' }, true],
    ['other detector', { detector: 'packet_loss' }, false],
    ['everything', { source: '10.0.0.5', destination: '10.0.1.7', port: 22, detector: 'port_scan' }, true],
    ['everything but one', { source: '10.0.0.5', destination: '10.0.1.7', port: 22, detector: 'ddos' }, false],
    ['before it expires', { source: '10.0.0.5', expires: 1011 }, true],
    ['once it has expired', { source: '10.0.0.5', expires: 1010 }, false],
  ])('hide by %s', (_, parts, hidden) => {
    const rules = new AllowRules();
    expect(rules.set(rule(parts))).toBeUndefined();
    expect(rules.hides(scan) !== undefined).toBe(hidden);
    expect(preview(rule(parts), [scan])).toHaveLength(hidden ? 1 : 0);
  });

  it('hide nothing that has no such field', () => {
    const { flow_dst: _, port: __, ...bare } = scan;
    expect(preview(rule({ port: 22 }), [bare])).toEqual([]);
    expect(preview(rule({ destination: '0.0.0.0/0' }), [bare])).toEqual([]);
  });

  it('contain a network only as a whole', () => {
    const of24 = { ...scan, flow_dst: '10.0.1.0/24' };
    expect(preview(rule({ destination: '10.0.0.0/16' }), [of24])).toHaveLength(1);
    expect(preview(rule({ destination: '10.0.1.0/25' }), [of24])).toHaveLength(0);
  });

  it('count hits, not previews, and keep them when they are changed', () => {
    const rules = new AllowRules();
    rules.set(rule({ source: '10.0.0.5' }));
    preview(rule({ source: '10.0.0.5' }), [scan, scan]);
    rules.hides(scan);
    rules.hides({ ...scan, window_end: 2010 });
    rules.set(rule({ source: '10.0.0.0/8' }));
    expect(rules.list()).toEqual([{ rule: rule({ source: '10.0.0.0/8' }), hits: 2, lastHit: 2010 }]);
    expect(rules.delete('r')).toBe(true);
    expect(rules.hides(scan)).toBeUndefined();
  });

  it.each<[Partial<AllowRule>, RegExp]>([
    [{}, /has to name/],
    [{ source: 'here' }, /no address/],
    [{ destination: '10.0.0.0/33' }, /no address/],
    [{ port: 70_000 }, /port/],
    [{ port: 22, reason: ' ' }, /reason/],
    [{ port: 22, expires: Number.NaN }, /expiry/],
  ])('are not taken when they say %o', (parts, problem) => {
    expect(problemOfRule(rule(parts))).toMatch(problem);
    expect(new AllowRules().set(rule(parts))).toMatch(problem);
  });
});
