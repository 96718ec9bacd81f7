import type { HttpAnswer } from '../kit/http-client.ts';
import { hecAnswer, hecSentence } from './hec-codes.ts';
import type { Exchange, HttpSender, Problem } from './http-sender.ts';

/** What the collector says of a request, or why it says nothing. */
export type HecVerdict =
  | { readonly kind: 'taken'; readonly ackId: number | undefined; readonly code: string; readonly warning: string }
  | { readonly kind: 'event'; readonly at: number | undefined; readonly code: string; readonly reason: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * Judges an exchange by the collector's code, and by the HTTP status where it was not the collector that answered.
 * @param health Whether the question was for the health: "healthy" confirms no events.
 */
export function hecVerdict(
  { answer, problem }: Exchange,
  sender: HttpSender,
  endpoint: string,
  health = false,
): HecVerdict {
  const said = answer && hecAnswer(answer);
  if (answer === undefined || said?.class === undefined) return strange(answer, problem, sender, endpoint);
  const code = `HEC_${said.code}`;
  const sentence = sender.clean(hecSentence(said));
  switch (said.class) {
    case 'healthy':
    case 'taken':
    case 'warning': {
      if (answer.status < 200 || answer.status > 299 || (said.class === 'healthy' && !health))
        return strange(answer, problem, sender, endpoint);
      const warns = said.class === 'warning';
      return { kind: 'taken', ackId: said.ackId, code: warns ? code : '', warning: warns ? sentence : '' };
    }
    case 'index':
      // All events go to one index: where the first is refused for it all would be, and a person has to change it.
      if (!said.invalid) return { kind: 'problem', problem: sender.problem('blocked', answer, code, sentence) };
      return { kind: 'event', at: said.invalid, code, reason: sentence };
    case 'event':
      return { kind: 'event', at: said.invalid, code, reason: sentence };
    default:
      return { kind: 'problem', problem: sender.problem(said.class, answer, code, sentence) };
  }
}

/** No answer, or one that is not the collector's: nothing is known to be taken, whatever its status. */
function strange(
  answer: HttpAnswer | undefined,
  problem: Problem | undefined,
  sender: HttpSender,
  endpoint: string,
): HecVerdict {
  if (problem) return { kind: 'problem', problem };
  if (answer === undefined) return { kind: 'problem', problem: NO_ANSWER };
  const words = sender.clean(answer.text);
  const { status } = answer;
  if (status < 300)
    return {
      kind: 'problem',
      problem: sender.problem('retry', answer, 'BAD_ANSWER', `This is no collector's answer: ${words}`),
    };
  const detail = `There is no collector at ${endpoint} (${status}): ${words}`;
  return { kind: 'problem', problem: sender.problem('blocked', answer, `HTTP_${status}`, detail) };
}

const NO_ANSWER: Problem = { outcome: 'retry', status: null, code: 'NO_ANSWER', detail: 'No answer came.' };
