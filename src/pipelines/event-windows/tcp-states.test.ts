import { expect, it } from 'vitest';
import { flagsOfHistory, isConnState, stateOfFlags, stateOfUnion } from './tcp-states.ts';

const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16];

it.each([
  ['S', SYN],
  ['Sr', SYN],
  ['ShADadFf', SYN | ACK | FIN],
  ['F', FIN],
  ['^hA', ACK],
  ['Dd', ACK],
  ['', 0],
])('history %s tells the flags of the originator', (history, flags) => {
  expect(flagsOfHistory(history)).toBe(flags);
});

it.each([
  ['S0', SYN, 0],
  ['SH', SYN | FIN, 0],
  ['RSTOS0', SYN | RST, 0],
  ['', SYN | ACK | FIN, 0],
  ['REJ', SYN, RST | ACK],
  ['S1', SYN | ACK, SYN | ACK],
  ['RSTO', SYN | RST, SYN | ACK],
  ['RSTR', SYN | ACK | PSH, SYN | ACK | RST],
  ['SF', SYN | ACK | FIN, SYN | ACK | FIN],
  ['S2', SYN | ACK | FIN, SYN | ACK],
  ['S3', SYN | ACK, SYN | ACK | FIN],
  ['', ACK | PSH, ACK],
  ['', ACK, 0],
])('%s are flags %i and %i', (state, orig, resp) => {
  expect(stateOfFlags(orig, resp)).toBe(state);
  if (state !== '') expect(isConnState(state)).toBe(true);
});

it.each([
  ['S0', SYN, 1, 0],
  ['REJ', SYN | RST | ACK, 1, 1],
  ['REJ', SYN | RST | ACK, 2, 2],
  ['RSTO', SYN | RST | ACK, 5, 4],
  ['SF', SYN | ACK | FIN | PSH, 9, 8],
  ['S1', SYN | ACK, 4, 3],
  ['', ACK, 4, 3],
])('%s are flags %i of %i and %i packets', (state, flags, sent, answered) => {
  expect(stateOfUnion(flags, sent, answered)).toBe(state);
});
