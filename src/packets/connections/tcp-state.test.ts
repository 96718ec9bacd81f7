import { describe, expect, it } from 'vitest';
import { connectionOf } from './fixtures/histories.ts';
import { Pair } from './fixtures/packets.ts';
import { recordingTable } from './fixtures/reports.ts';

function stateOf(letters: string): [string, string] {
  const { state, history } = connectionOf(letters);
  return [state, history];
}

describe('the state of a connection', () => {
  it('is that of Zeek for what happened', () => {
    const states: Record<string, string[]> = {
      S0: ['S', 'SA'],
      S1: ['Sh', 'ShA', 'ShADad'],
      SF: ['ShADadFf', 'ShADadfF', 'ShAdDaFf', 'ShAFfa', 'ShADadFfR', 'ShDFfR', 'ShADadFRf', 'ShADadfrF'],
      REJ: ['Sr', 'SrR'],
      S2: ['ShADF', 'ShAdDaF'],
      S3: ['ShADadf'],
      RSTO: ['ShR', 'ShADadR', 'ShAdR', '^hR', '^fR', 'ShADadfR', 'ShAdDaFR', 'ShADadFRR'],
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

  it('is that of a reset behind its own FIN, acknowledging or not, unless the other side closes, too', () => {
    const ended = (ending: (pair: Pair) => void) => {
      const { table, reports } = recordingTable();
      const pair = new Pair(table);
      pair.open(0);
      pair.c(1, 'FA', { seq: 1, ack: 1 });
      ending(pair);
      table.finish();
      return [reports[0].state, reports[0].history];
    };
    for (const flags of ['R', 'RA']) {
      expect(ended((pair) => pair.c(2, flags, { seq: 2, ack: 1 }))).toEqual(['RSTO', 'ShAFR']);
      const closed = (pair: Pair) => {
        pair.c(2, flags, { seq: 2, ack: 1 });
        pair.s(2.1, 'FA', { seq: 1, ack: 2 });
      };
      expect(ended(closed)).toEqual(['SF', 'ShAFRf']);
    }
  });

  it('keeps what contradicts itself in the history', () => {
    expect(stateOf('Q')[1]).toBe('Q');
    expect(stateOf('ShI')[1]).toBe('ShI');
  });

  it('has the letters of Zeek for data, what is sent again, windows that are shut and resets', () => {
    const told = (talk: (pair: Pair) => void) => {
      const { table, reports } = recordingTable();
      const pair = new Pair(table);
      talk(pair);
      table.finish();
      return [reports[0].history, reports[0].orig.zeroWindows, reports[0].resp.zeroWindows];
    };
    const open = (pair: Pair) => pair.open(0);
    // SYN, SYN/ACK and FIN again are no T: no data is sent again with them.
    const again = told((pair) => {
      for (const time of [0, 1]) pair.c(time, 'S', { seq: 0 });
      for (const time of [2, 3]) pair.s(time, 'SA', { seq: 0, ack: 1 });
      for (const time of [4, 5]) pair.c(time, 'FA', { seq: 1, ack: 1 });
    });
    expect(again).toEqual(['ShF', 0, 0]);
    // Data with a FIN is no D, and T when it comes again.
    const last = told((pair) => {
      open(pair);
      for (const time of [1, 2]) pair.c(time, 'FA', { seq: 1, ack: 1, payload: 10 });
    });
    expect(last).toEqual(['ShAFT', 0, 0]);
    // A SYN may shut its window, as scanners do; behind the FIN of the other side, and in a reset, it means nothing.
    const shut = told((pair) => {
      pair.c(0, 'S', { seq: 0, window: 0 });
      pair.s(1, 'SA', { seq: 0, ack: 1 });
      pair.c(2, 'A', { seq: 1, ack: 1, window: 0 });
      pair.s(3, 'FA', { seq: 1, ack: 1, window: 0 });
      pair.c(4, 'A', { seq: 1, ack: 2, window: 0 });
      pair.c(5, 'R', { seq: 1, window: 0 });
    });
    expect(shut).toEqual(['SWhAfwR', 2, 1]);
    // The same reset again is one, another number another one.
    const resets = told((pair) => {
      open(pair);
      for (const seq of [1, 1, 2, 2, 1]) pair.c(1 + seq, 'R', { seq, ack: 0 });
    });
    expect(resets[0]).toBe('ShARRR');
  });
});
