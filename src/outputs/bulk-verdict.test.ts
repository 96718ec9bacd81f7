import { describe, expect, it } from 'vitest';
import { bulkVerdict, type JudgedRequest } from './bulk-verdict.ts';

const JUDGE = { stream: 'telemetry-events', pipeline: 'p', clean: (text: string) => text };
const DOCUMENTS: JudgedRequest = { from: 3, count: 3, original: (at) => `{"n":${3 + at}}` };

function judge(items: readonly object[], cut = false, documents = DOCUMENTS) {
  const text = JSON.stringify({ items: items.map((item) => ({ create: item })) });
  const answer = { status: 200, headers: {}, cookies: [], text, cut };
  return bulkVerdict(documents, { bytes: 1, body: 1, answer, problem: undefined }, JUDGE);
}
const error = (status: number, type: string, reason = 'why') => ({ status, error: { type, reason } });
const OK = { status: 201 };

describe('bulkVerdict', () => {
  it.each<[string, object, object]>([
    ['200', { status: 200 }, {}],
    ['409', error(409, 'version_conflict_engine_exception'), { duplicates: 1 }],
    ['the failure store', { status: 201, failure_store: 'used' }, { setAside: 1 }],
  ])('%s is delivered', (_name, item, expected) => {
    const nothing = { rejected: [], left: [], duplicates: 0, setAside: 0, problem: undefined };
    expect(judge([OK, item, OK])).toEqual({ ...nothing, ...expected });
  });

  it.each([0, 100, 302, 408, 429, 500, 502, 503, 507])('%d is tried again', (status) => {
    expect(judge([OK, error(status, 't'), OK])).toMatchObject({
      left: [4],
      rejected: [],
      problem: { outcome: 'retry', status, code: 't', detail: 't: why' },
    });
  });

  it.each([401, 403])('%d waits for a person', (status) => {
    expect(judge([error(429, 'busy'), error(status, 'security_exception'), error(429, 'busy')])).toMatchObject({
      left: [3, 4, 5],
      problem: { outcome: 'blocked', status, code: 'security_exception' },
    });
  });

  it.each([400, 404, 405, 413, 422])('%d is a dead letter', (status) => {
    const { rejected, left, problem } = judge([OK, error(status, 't'), { status }]);
    expect([left, problem]).toEqual([[], undefined]);
    expect(rejected).toEqual([
      { index: 4, code: 't', reason: 't: why', original: '{"n":4}' },
      { index: 5, code: `HTTP_${status}`, reason: `Status ${status}: `, original: '{"n":5}' },
    ]);
  });

  it.each<[string, object, string]>([
    ['stream', error(404, 'index_not_found_exception', 'no such index [telemetry-events]'), 'blocked'],
    ['stream that a pipeline named', error(404, 'index_not_found_exception', 'no such index [other]'), 'dead'],
    ['pipeline', error(400, 'illegal_argument_exception', 'pipeline with id [p] does not exist'), 'blocked'],
    ['pipeline of another pipeline', error(400, 'x', 'pipeline with id [q] does not exist'), 'dead'],
  ])('a missing %s', (_name, item, outcome) => {
    const { left, rejected, problem } = judge([OK, item, item]);
    expect(problem?.outcome ?? 'dead').toBe(outcome);
    expect(outcome === 'dead' ? rejected.map(({ index }) => index) : left).toEqual([4, 5]);
    expect(left.length + rejected.length).toBe(2);
  });

  it('knows nothing where there is not one item for each, and asks for less where there is too much', () => {
    expect(judge([OK, OK])).toMatchObject({
      left: [3, 4, 5],
      problem: { outcome: 'retry', code: 'ANSWER_UNREADABLE' },
    });
    expect(judge([OK, OK, OK], true)).toMatchObject({
      left: [3, 4, 5],
      problem: { outcome: 'split', code: 'ANSWER_TOO_LONG' },
    });
    expect(judge([OK], true, { ...DOCUMENTS, count: 1 })).toMatchObject({ left: [3], problem: { outcome: 'retry' } });
  });
});
