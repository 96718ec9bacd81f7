import { AppError } from '../kit/errors.ts';
import type { StoredDeadLetter } from '../stores/telemetry/store.ts';
import type { ApiDeps } from './deps.ts';

const PAGE = 100;
/** One request replays at most so many; a second one goes on. */
const LETTERS_AT_ONCE = 10_000;

export interface ReplayResult {
  readonly replayed: number;
  readonly failed: number;
}

/** Only the beginning of a large one is kept, which is not the record any more. */
function isWhole(letter: StoredDeadLetter): boolean {
  return letter.bytes.length === letter.size;
}

/**
 * Decodes the letter again, then removes it: what failed again is a new letter by then.
 * @throws AppError CONFLICT when it was cut; what the pipeline throws, such as QUEUE_FULL: the letter stays then
 */
export async function replayOne(deps: ApiDeps, letter: StoredDeadLetter): Promise<ReplayResult> {
  const result = await decodeAgain(deps, letter);
  await deps.telemetry.purgeDeadLetters([letter.id]);
  return result;
}

async function decodeAgain(deps: ApiDeps, letter: StoredDeadLetter): Promise<ReplayResult> {
  if (!isWhole(letter))
    throw new AppError('CONFLICT', `Of ${letter.size} bytes only the first ${letter.bytes.length} were kept.`);
  const { rejected } = await deps.replayDeadLetter(letter);
  return rejected > 0 ? { replayed: 0, failed: 1 } : { replayed: 1, failed: 0 };
}

/**
 * The letters with these ids, or of this reason, or all; newest first, so that new letters of failures are not met.
 * A letter that is cut or that the pipeline refuses counts as failed and stays; a full queue ends the round. Removing
 * is dear in the store, so that it is done a page at a time.
 * @throws AppError QUEUE_FULL or STORAGE_FULL when not even the first one was taken
 */
export async function replayAll(
  deps: ApiDeps,
  which: { readonly ids?: readonly string[]; readonly reason?: string },
): Promise<ReplayResult> {
  let replayed = 0;
  let failed = 0;
  for await (const page of chosen(deps, which)) {
    const done: string[] = [];
    let full: AppError | undefined;
    for (const letter of page) {
      try {
        const result = await decodeAgain(deps, letter);
        replayed += result.replayed;
        failed += result.failed;
        done.push(letter.id);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        full = error.status === 429 ? error : undefined;
        if (full) break;
        failed++;
      }
    }
    if (done.length > 0) await deps.telemetry.purgeDeadLetters(done);
    if (full && replayed + failed === 0) throw full;
    if (full) break;
  }
  return { replayed, failed };
}

async function* chosen(
  { telemetry }: ApiDeps,
  { ids, reason }: { readonly ids?: readonly string[]; readonly reason?: string },
): AsyncGenerator<StoredDeadLetter[]> {
  for (let at = 0; ids && at < ids.length; at += PAGE) {
    const letters = await Promise.all(ids.slice(at, at + PAGE).map((id) => telemetry.deadLetter(id)));
    yield letters.filter(
      (letter) => letter !== undefined && (reason === undefined || letter.reason === reason),
    ) as StoredDeadLetter[];
  }
  if (ids) return;
  let before: string | undefined;
  for (let seen = 0; seen < LETTERS_AT_ONCE; seen += PAGE) {
    const page = await telemetry.deadLetters({ limit: PAGE, before, reason });
    yield page;
    if (page.length < PAGE) return;
    before = page[page.length - 1].id;
  }
}
