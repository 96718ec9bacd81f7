import type { OutputDeadLetter, OutputDirectory } from '../model/output.ts';

const PAGE = 1000;
/** A request ends after so long; its answer says where the next one goes on. */
const PATIENCE_MS = 20_000;

export interface LetterChoice {
  readonly ids?: readonly string[];
  readonly code?: string;
  /** Older than the letter with this id. */
  readonly before?: string;
}

export interface LettersReplayed {
  readonly delivered: number;
  readonly refused: number;
  readonly missing: number;
  readonly left: number;
  readonly next: string | null;
}

/**
 * Sends the chosen dead letters again, newest first. Ends at the first that the receiver does not settle, and after a
 * while: `next` is where to go on then.
 */
export async function replayLetters(
  outputs: OutputDirectory,
  name: string,
  { ids, ...choice }: LetterChoice,
): Promise<LettersReplayed> {
  if (ids) return { ...(await outputs.replayDeadLetters(name, ids)), next: null };
  const until = Date.now() + PATIENCE_MS;
  const sum = { delivered: 0, refused: 0, missing: 0, left: 0 };
  for await (const page of pagesOf(outputs, name, choice)) {
    const { delivered, refused, missing, left } = await outputs.replayDeadLetters(
      name,
      page.map(({ id }) => id),
    );
    sum.delivered += delivered;
    sum.refused += refused;
    sum.missing += missing;
    sum.left += left;
    if (left > 0) break;
    if (page.length === PAGE && Date.now() >= until) return { ...sum, next: page[page.length - 1].id };
  }
  return { ...sum, next: null };
}

/** @returns how many there were. */
export async function purgeLetters(outputs: OutputDirectory, name: string, choice: LetterChoice): Promise<number> {
  if (choice.ids || choice.code === undefined) return outputs.purgeDeadLetters(name, choice.ids);
  let purged = 0;
  for await (const page of pagesOf(outputs, name, choice))
    purged += await outputs.purgeDeadLetters(
      name,
      page.map(({ id }) => id),
    );
  return purged;
}

async function* pagesOf(
  outputs: OutputDirectory,
  output: string,
  { code, before }: Omit<LetterChoice, 'ids'>,
): AsyncGenerator<OutputDeadLetter[]> {
  let from = before;
  for (;;) {
    const page = await outputs.deadLetters({ output, limit: PAGE, before: from, code });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    from = page[page.length - 1].id;
  }
}
