import { describe, expect, it } from 'vitest';
import type { Anomaly } from '../../model/window.ts';
import { AllowRules } from './allow-rules.ts';
import { Detection } from './detection.ts';
import type { DetectionContext, Detector } from './detector.ts';
import { MONDAY, observation } from './fixtures/observation.ts';

const SECOND = 1e6;

function anomaly(context: DetectionContext, parts: Partial<Anomaly> = {}): Anomaly {
  return {
    type: 'ddos',
    severity: 'low',
    score: 10,
    window_start: context.window.window_start,
    window_end: context.window.window_end,
    message: '',
    metric: 'pps',
    current_value: 1,
    expected: null,
    threshold: 1,
    why: '',
    techniques: [],
    evidence: [],
    ...parts,
  };
}

/** Says what it was called with. */
function recorder(told: string[], more: (context: DetectionContext) => Anomaly[] = () => []): Detector {
  return {
    type: 'ddos',
    observe: ({ at }) => void told.push(`observe ${(at - MONDAY) / SECOND}`),
    window: (context) => {
      told.push(`window ${(context.start - MONDAY) / SECOND}${context.last ? ' last' : ''}`);
      return more(context);
    },
  };
}

describe('Detection', () => {
  it('gives a detector all of a window before its end, and empty windows', () => {
    const told: string[] = [];
    const detection = new Detection({ detectors: [recorder(told)] });
    for (const seconds of [1, 7, 3, 12, 38]) detection.observe(observation({ at: MONDAY + seconds * SECOND }));
    const detected = detection.close(Number.POSITIVE_INFINITY);
    expect(told).toEqual([
      'observe 1',
      'observe 7',
      'observe 3',
      'window 0',
      'observe 12',
      'window 10',
      'window 20',
      'observe 38',
      'window 30 last',
    ]);
    expect(detected.map(({ window }) => window.record_count)).toEqual([3, 1, 0, 1]);
    expect(detection.close(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('lets detectors judge a window by what was learned before it', () => {
    const expected: (number | undefined)[] = [];
    const detection = new Detection({
      detectors: [
        recorder([], ({ expect }) => {
          expected.push(expect('connections')?.expected);
          return [];
        }),
      ],
    });
    for (const seconds of [1, 11, 12]) detection.observe(observation({ at: MONDAY + seconds * SECOND }));
    detection.close(Number.POSITIVE_INFINITY);
    expect(expected).toEqual([undefined, 1]);
    expect(detection.baselines.get('connection')?.metrics.connections).toMatchObject({ count: 2, max: 2 });
  });

  it('learns little of a window that a detector suspects', () => {
    const suspicious = recorder([], ({ suspect }) => {
      suspect('bandwidth');
      return [];
    });
    const detection = new Detection({ detectors: [suspicious] });
    detection.observe(observation());
    detection.close(Number.POSITIVE_INFINITY);
    expect(detection.baselines.get('bandwidth')).toBeUndefined();
    expect(detection.baselines.get('connection')?.windows).toBe(1);
  });

  it('puts aside what is allowed, and the highest score first', () => {
    const allow = new AllowRules();
    allow.set({ id: '1', source: '10.0.0.1', reason: 'known' });
    const detection = new Detection({
      allow,
      detectors: [
        recorder([], (context) => [
          anomaly(context, { flow_src: '10.0.0.1' }),
          anomaly(context, { flow_src: '10.0.0.2', score: 20 }),
          anomaly(context, { flow_src: '10.0.0.3', score: 90 }),
        ]),
      ],
    });
    detection.observe(observation());
    const [{ anomalies, hidden }] = detection.close(Number.POSITIVE_INFINITY);
    expect(anomalies.map(({ score }) => score)).toEqual([90, 20]);
    expect(hidden.map(({ flow_src }) => flow_src)).toEqual(['10.0.0.1']);
    expect(allow.list()[0].hits).toBe(1);
  });

  it('bounds the anomalies of a window, and counts the others', () => {
    const detection = new Detection({
      detectors: [recorder([], (context) => Array.from({ length: 1500 }, () => anomaly(context)))],
    });
    detection.observe(observation());
    expect(detection.close(Number.POSITIVE_INFINITY)[0].anomalies).toHaveLength(1000);
    expect(detection.dropped).toBe(500);
  });

  it('lets 4,096 windows wait, and counts the anomalies of the others', () => {
    const detection = new Detection({ detectors: [recorder([], (context) => [anomaly(context)])] });
    for (let i = 0; i < 5000; i++) detection.observe(observation({ at: MONDAY + i * 10 * SECOND }));
    expect(detection.close(Number.POSITIVE_INFINITY)).toHaveLength(4096);
    expect(detection.dropped).toBe(5000 - 4096);
  });

  it('saves and loads baselines and what detectors learned', () => {
    let loaded: unknown;
    const learner: Detector = {
      ...recorder([]),
      save: () => ({ a: 1 }),
      load: (state) => {
        loaded = state;
      },
    };
    const detection = new Detection({ detectors: [learner] });
    detection.observe(observation());
    detection.close(Number.POSITIVE_INFINITY);
    const copy = new Detection({ detectors: [learner] });
    const saved = JSON.parse(JSON.stringify(detection.save()));
    expect(copy.load({ ...saved, version: 99 })).toBe(false);
    expect(loaded).toBeUndefined();
    expect(copy.load(saved)).toBe(true);
    expect(loaded).toEqual({ a: 1 });
    expect(copy.baselines.list()).toEqual(detection.baselines.list());
  });
});
