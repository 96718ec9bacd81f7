import type { HttpAnswer } from '../kit/http-client.ts';
import { type BulkItem, bulkItems, requestError } from './bulk-answer.ts';
import type { BulkRequest } from './bulk-body.ts';
import { cutOriginal, type Exchange, type Problem, places } from './http-sender.ts';
import type { Rejected } from './output.ts';

/** What became of the documents of one request. */
export interface BulkVerdict {
  readonly rejected: readonly Rejected[];
  /** Places of the events that are not settled, ascending. */
  readonly left: readonly number[];
  readonly duplicates: number;
  /** Documents that went to the stream's failure store. */
  readonly setAside: number;
  /** Why something is left. */
  readonly problem: Problem | undefined;
}

/** What the judge knows of the output. */
export interface BulkJudge {
  /** The data stream that everything is sent to, and the pipeline it goes through. */
  readonly stream: string;
  readonly pipeline: string | undefined;
  /** Makes a cluster's words fit to be shown. */
  readonly clean: (text: string) => string;
}

const NOTHING = { rejected: [], duplicates: 0, setAside: 0 };

/** What a verdict needs of a request. */
export type JudgedRequest = Pick<BulkRequest, 'from' | 'count' | 'original'>;

/** Judges the answer to one request, document by document where it has an item for each. */
export function bulkVerdict(request: JudgedRequest, exchange: Exchange, judge: BulkJudge): BulkVerdict {
  const { from, count } = request;
  const problem = requestProblem(exchange, judge);
  if (problem?.outcome === 'split' && count === 1)
    return {
      ...NOTHING,
      left: [],
      problem: undefined,
      rejected: [refused(request, 0, problem.code, problem.detail)],
    };
  const left = () => places(from, from + count);
  if (problem) return { ...NOTHING, left: left(), problem };
  const { answer } = exchange;
  const items = answer?.status === 200 && !answer.cut ? bulkItems(answer.text, count) : undefined;
  if (items) return itemsVerdict(request, items, judge);
  return { ...NOTHING, left: left(), problem: strangeAnswer(answer, count, judge) };
}

/** What keeps a whole request from being done, told by its status alone, with the words of the cluster's own error. */
export function requestProblem({ problem, answer }: Exchange, { clean }: BulkJudge): Problem | undefined {
  if (problem === undefined) return undefined;
  const { type, reason } = requestError(answer?.text ?? '');
  if (type === '') return problem;
  return { ...problem, code: type, detail: clean(`The cluster answers ${problem.status}: ${type}: ${reason}`) };
}

/**
 * An answer that is none of `_bulk`: nothing is known to be taken. One with a 4xx is about the configuration, so nothing is
 * lost until a person has seen to it.
 */
export function strangeAnswer(answer: HttpAnswer | undefined, documents: number, { clean }: BulkJudge): Problem {
  const status = answer?.status ?? null;
  const { type, reason } = requestError(answer?.text ?? '');
  const said = clean(type === '' ? reason : `${type}: ${reason}`);
  if (status !== null && status >= 400 && status < 500)
    return {
      outcome: 'blocked',
      status,
      code: type || `HTTP_${status}`,
      detail: clean(`The cluster refuses the request (${status}): ${said}`),
    };
  // A longer answer than is read: that to fewer documents is shorter, and what is in already is told by its id.
  if (answer?.cut && documents > 1)
    return { outcome: 'split', status, code: 'ANSWER_TOO_LONG', detail: 'The answer is too long to be read.' };
  return {
    outcome: 'retry',
    status,
    code: 'ANSWER_UNREADABLE',
    detail: clean(`The answer has not one item for each document: ${said}`),
  };
}

function itemsVerdict(request: JudgedRequest, items: readonly BulkItem[], judge: BulkJudge): BulkVerdict {
  const rejected: Rejected[] = [];
  const left: number[] = [];
  let duplicates = 0;
  let setAside = 0;
  let problem: Problem | undefined;
  for (const [at, item] of items.entries()) {
    const { status, type, reason } = item;
    const outcome = outcomeOf(item, judge);
    if (outcome === 'taken') {
      if (item.setAside) setAside++;
      continue;
    }
    if (outcome === 'duplicate') {
      duplicates++;
      continue;
    }
    const code = type || `HTTP_${status}`;
    const detail = judge.clean(`${type || `Status ${status}`}: ${reason}`);
    if (outcome === 'refused') {
      rejected.push(refused(request, at, code, detail));
      continue;
    }
    left.push(request.from + at);
    // Of several the one that needs a person is told.
    if (problem === undefined || (outcome === 'blocked' && problem.outcome === 'retry'))
      problem = { outcome, status, code, detail };
  }
  return { rejected, left, duplicates, setAside, problem };
}

/**
 * What an item's status means. 409: a document with this id is there, which is what was wanted. 400 and 404 are about the
 * document, unless they name what all documents need: then a person has to make it, and nothing is lost until then.
 */
function outcomeOf(
  { status, type, reason }: BulkItem,
  { stream, pipeline }: BulkJudge,
): 'taken' | 'duplicate' | 'refused' | 'retry' | 'blocked' {
  if (status >= 200 && status < 300) return 'taken';
  if (status === 409) return 'duplicate';
  if (status === 401 || status === 403) return 'blocked';
  if (status < 400 || status >= 500 || status === 408 || status === 429) return 'retry';
  if (type === 'index_not_found_exception' && reason.includes(`[${stream}]`)) return 'blocked';
  if (pipeline !== undefined && reason.includes(`pipeline with id [${pipeline}] does not exist`)) return 'blocked';
  return 'refused';
}

function refused({ from, original }: JudgedRequest, at: number, code: string, reason: string): Rejected {
  return { index: from + at, code, reason, original: cutOriginal(original(at)) };
}
