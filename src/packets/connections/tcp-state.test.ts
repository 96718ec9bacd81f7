import { describe, expect, it } from 'vitest';
import { connectionOf } from './fixtures/histories.ts';

function stateOf(letters: string): [string, string] {
  const { state, history } = connectionOf(letters);
  return [state, history];
}

describe('the state of a connection', () => {
  it('is that of Zeek for what happened', () => {
    const states: Record<string, string[]> = {
      S0: ['S', 'SA'],
      S1: ['Sh', 'ShA', 'ShADad'],
      SF: ['ShADadFf', 'ShADadfF', 'ShAdDaFf', 'ShAFfa', 'ShADadFfR', 'ShDFfR'],
      REJ: ['Sr', 'SrR'],
      S2: ['ShADF', 'ShAdDaF'],
      S3: ['ShADadf'],
      RSTO: ['ShR', 'ShADadR', 'ShAdR', '^hR', '^fR', 'ShADadfR', 'ShAdDaFR'],
      RSTR: ['Shr', 'ShADadr', 'ShADadrR'],
      RSTOS0: ['SR'],
      RSTRH: ['^r', 'Ar', 'Dr', '^hr'],
      SH: ['SF'],
      SHR: ['^f', '^fA', '^hf'],
      OTH: ['D', 'Dad', '^hA', 'R', '^aR'],
    };
    for (const [state, histories] of Object.entries(states))
      for (const history of histories) expect([history, ...stateOf(history)]).toEqual([history, state, history]);
  });

  it('keeps what contradicts itself in the history', () => {
    expect(stateOf('Q')[1]).toBe('Q');
    expect(stateOf('ShI')[1]).toBe('ShI');
  });
});
