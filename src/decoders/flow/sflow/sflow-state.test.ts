import { describe, expect, it } from 'vitest';
import { Exporter } from '../exporter.ts';
import { FlowSample } from './flow-sample.ts';
import { SflowState } from './sflow-state.ts';

/** A state that met so many sub-agents with so many sources each. */
function met(subAgents: number, sources: number): SflowState {
  const state = new SflowState(new Exporter('192.0.2.1'));
  const sample = new FlowSample();
  sample.rate = 100;
  for (let agent = 0; agent < subAgents; agent++) {
    const stream = state.datagram(agent, 1, agent);
    for (sample.sourceIndex = 0; sample.sourceIndex < sources; sample.sourceIndex++) stream.sample(sample, agent);
  }
  return state;
}

describe('the state of an agent', () => {
  it('keeps the sub-agents heard of last', () => {
    const agents = met(100, 1)
      .sources()
      .map(({ sub_agent }) => sub_agent);
    expect(agents).toEqual(Array.from({ length: 64 }, (_, i) => 36 + i));
  });

  it('keeps no more sources than it should, and counts those of a sub-agent that made room', () => {
    expect(met(50, 100).sources()).toHaveLength(4096);
    const state = met(64, 64);
    const sample = new FlowSample();
    sample.sourceIndex = 1000;
    state.datagram(70, 1, 1000).sample(sample, 1000);
    expect(state.sources()).toHaveLength(4096 - 64 + 1);
  });

  it('tells classes of sources apart', () => {
    const state = met(1, 1);
    const sample = new FlowSample();
    sample.sourceClass = 2;
    state.datagram(0, 2, 5).sample(sample, 5);
    expect(state.sources().map(({ source }) => source)).toEqual([0, 2 * 2 ** 32]);
  });

  it('works out the effective rate of the last samples, over gaps and restarts', () => {
    const state = new SflowState(new Exporter('192.0.2.1'));
    const sample = new FlowSample();
    const rate = () => state.sources()[0].effective_rate;
    const stream = state.datagram(0, 1, 0);
    const observe = (sequence: number, pool: number) => {
      sample.sequence = sequence;
      sample.pool = pool % 2 ** 32;
      stream.sample(sample, 0);
    };
    observe(1, 5000);
    expect(rate()).toBeNull();
    observe(2, 5400);
    expect(rate()).toBe(400);
    // Late, and therefore told nothing new.
    observe(1, 5000);
    observe(12, 9400);
    expect(rate()).toBe(400);
    observe(4_000_000_000, 7);
    observe(4_000_000_001, 407);
    expect(rate()).toBe(400);
    for (let i = 2; i < 20_000; i++) observe(4_000_000_000 + i, i * 800);
    expect(rate()).toBeCloseTo(800, 0);
  });
});
