import { afterEach, describe, expect, it } from 'vitest';
import { type AckAnswer, HecAcks } from './hec-acks.ts';

const TIMING = { firstMs: 2, mostMs: 10, limitMs: 100 };
const patient = new AbortController().signal;
const open: HecAcks[] = [];
afterEach(() => {
  for (const acks of open.splice(0)) acks.close();
});

/** @param answers one after the other, the last for ever; a list is what is indexed. */
function make(...answers: readonly (readonly number[] | AckAnswer)[]): { acks: HecAcks; asked: number[][] } {
  const asked: number[][] = [];
  const acks = new HecAcks(async (ids) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push([...ids]);
    return 'length' in answer ? { indexed: new Set(answer) } : answer;
  }, TIMING);
  open.push(acks);
  return { acks, asked };
}

const unreadable: AckAnswer = {
  problem: { outcome: 'blocked', status: 400, code: 'HTTP_400', detail: 'Cannot be read.' },
};

describe('HecAcks', () => {
  it('asks for all that wait in one question until each is indexed', async () => {
    const { acks, asked } = make([], [2], [1, 3]);
    const mark = acks.mark();
    const waits = [1, 2, 3].map((id) => acks.wait(id, mark, patient));
    expect(await Promise.all(waits)).toEqual([undefined, undefined, undefined]);
    expect(asked).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 3],
    ]);
  });

  it('gives up what is not acknowledged in time', async () => {
    const { acks } = make([]);
    expect(await acks.wait(0, acks.mark(), patient)).toMatchObject({ outcome: 'retry', code: 'ACK_TIMEOUT' });
    expect([acks.late, acks.unknown]).toEqual([1, 0]);
  });

  it('never takes an answer that cannot be read for an acknowledgement', async () => {
    const { acks } = make(unreadable);
    const problem = await acks.wait(0, acks.mark(), patient);
    expect(problem).toMatchObject({ outcome: 'retry', code: 'ACK_UNKNOWN' });
    expect(problem?.detail).toMatch(/did not acknowledge.*Cannot be read/);
    expect(acks.unknown).toBeGreaterThan(0);
  });

  it('goes on after answers that could not be read', async () => {
    const { acks } = make(unreadable, unreadable, [0]);
    expect(await acks.wait(0, acks.mark(), patient)).toBeUndefined();
    expect(acks.unknown).toBe(2);
  });

  it('sends all again at once when acknowledgement was switched off', async () => {
    const { acks } = make({ problem: { outcome: 'blocked', status: 400, code: 'HEC_14', detail: 'ACK is disabled' } });
    const mark = acks.mark();
    const waits = [acks.wait(0, mark, patient), acks.wait(1, mark, patient)];
    for (const problem of await Promise.all(waits)) expect(problem).toMatchObject({ outcome: 'retry', code: 'HEC_14' });
    expect(acks.late).toBe(0);
  });

  it('notices that numbers begin anew, and trusts none from before', async () => {
    const { acks } = make([]);
    const old = acks.wait(5, acks.mark(), patient);
    const during = acks.mark();
    const fresh = acks.wait(0, acks.mark(), patient);
    expect(await old).toMatchObject({ code: 'ACK_RESTARTED' });
    // Begun before the restart was noticed: whose number 6 that is nobody knows.
    expect(await acks.wait(6, during, patient)).toMatchObject({ code: 'ACK_RESTARTED' });
    expect(await fresh).toMatchObject({ code: 'ACK_TIMEOUT' });
  });

  it('lets the new count be acknowledged', async () => {
    const { acks } = make([0]);
    const old = acks.wait(5, acks.mark(), patient);
    expect(await acks.wait(0, acks.mark(), patient)).toBeUndefined();
    expect(await old).toMatchObject({ code: 'ACK_RESTARTED' });
  });

  it('sends both again when two requests got one number', async () => {
    const { acks } = make([]);
    const mark = acks.mark();
    const waits = [acks.wait(0, mark, patient), acks.wait(0, mark, patient)];
    for (const problem of await Promise.all(waits)) expect(problem).toMatchObject({ code: 'ACK_RESTARTED' });
  });

  it('does not apply an answer to a question from before the restart', async () => {
    let answer: (value: AckAnswer) => void = () => undefined;
    const asked: (readonly number[])[] = [];
    const acks = new HecAcks((ids) => {
      asked.push(ids);
      return new Promise((resolve) => {
        answer = resolve;
      });
    }, TIMING);
    open.push(acks);
    const old = acks.wait(0, acks.mark(), patient);
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const fresh = acks.wait(0, acks.mark(), patient);
    expect(await old).toMatchObject({ code: 'ACK_RESTARTED' });
    answer({ indexed: new Set([0]) });
    while (asked.length === 1) await new Promise((resolve) => setTimeout(resolve, 1));
    answer({ indexed: new Set([0]) });
    expect(await fresh).toBeUndefined();
    expect(asked).toHaveLength(2);
  });

  it('ends when its caller or all go away', async () => {
    const { acks } = make([]);
    const stop = new AbortController();
    const mark = acks.mark();
    const given = acks.wait(0, mark, stop.signal);
    const closed = acks.wait(1, mark, patient);
    stop.abort();
    expect(await given).toMatchObject({ code: 'ABORTED' });
    expect(await acks.wait(2, mark, stop.signal)).toMatchObject({ code: 'ABORTED' });
    acks.close();
    expect(await closed).toMatchObject({ code: 'ABORTED' });
  });
});
