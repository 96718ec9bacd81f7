import { describe, expect, it } from 'vitest';
import { feed } from './fixtures/packets.ts';
import { recordingTable } from './fixtures/reports.ts';

const FLAGS: Record<string, string> = { S: 'S', H: 'SA', A: 'A', D: 'PA', F: 'FA', R: 'R', Q: 'FS', I: 'FRA' };

/** State and history of a connection in which happens what the letters say. */
function stateOf(letters: string): [string, string] {
  const { table, reports } = recordingTable();
  const [client, server] = [
    { src: '10.0.0.1', dst: '192.0.2.1', srcPort: 40_000, dstPort: 443 },
    { src: '192.0.2.1', dst: '10.0.0.1', srcPort: 443, dstPort: 40_000 },
  ];
  for (const [time, letter] of [...letters.replace('^', '')].entries()) {
    const ends = letter === letter.toUpperCase() ? client : server;
    const kind = letter.toUpperCase();
    // Data of nothing but space that was not used yet, so that nothing is a retransmission.
    feed(table, { time, flags: FLAGS[kind], seq: time * 10, ack: 0, payload: kind === 'D' ? 5 : 0, ...ends });
  }
  table.finish();
  return [reports[0].state, reports[0].history];
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
