import { plural, whole } from '../../format/number.ts';
import { toast } from '../../widgets/toast.tsx';
import { outputPath, useAction } from './data.ts';
import type { LettersReplayed } from './types.ts';

/** Which dead letters: these, or all with a code, or all. */
export interface LetterChoice {
  readonly ids?: readonly string[];
  readonly code?: string;
}

/** `12 delivered, 3 refused again.` */
export function replayedText({ delivered, refused, missing, left }: Omit<LettersReplayed, 'next'>): string {
  const parts = [`${whole(delivered)} delivered`];
  if (refused > 0) parts.push(`${whole(refused)} refused again`);
  if (missing > 0) parts.push(`${whole(missing)} stored no more`);
  if (left > 0) parts.push(`${whole(left)} not tried, the receiver takes nothing at the moment`);
  return `${parts.join(', ')}.`;
}

/** Replay and purge of dead letters: each says what it did. */
export function useLetterActions(name: string) {
  const action = useAction();
  const path = outputPath(name, 'dead-letters');
  const replay = async ({ ids, code }: LetterChoice) => {
    const sum = { delivered: 0, refused: 0, missing: 0, left: 0 };
    let before: string | null | undefined;
    // A long list takes several requests; each answer says where the next one goes on.
    do {
      const body = ids ? { ids } : { ...(code && { code }), ...(before && { before }) };
      const answer = await action.run<LettersReplayed>(`${path}/replay`, { method: 'POST', body });
      if (!answer) return;
      for (const key of ['delivered', 'refused', 'missing', 'left'] as const) sum[key] += answer[key];
      before = answer.next;
    } while (before);
    toast(replayedText(sum));
  };
  const purge = async ({ ids, code }: LetterChoice) => {
    const answer = await action.run<{ purged: number }>(path, {
      method: 'DELETE',
      params: ids ? {} : code ? { code } : { all: 'true' },
      ...(ids && { body: { ids } }),
    });
    if (answer) toast(`${plural(answer.purged, 'dead letter')} purged.`);
  };
  return { replay, purge, busy: action.busy, error: action.error };
}
