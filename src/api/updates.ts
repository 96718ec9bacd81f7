import type { UpdatesAnswer } from './schemas/system.ts';

const TIMEOUT_MS = 5_000;
const REMEMBER_MS = 60_000;
const ANSWER_BYTES = 1024 * 1024;

/** `v1.2.3` → its parts; undefined for anything else, such as `latest` or `1.2.3-rc1`. */
function parts(tag: string): number[] | undefined {
  const match = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(tag);
  return match ? match.slice(1).map(Number) : undefined;
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a) ?? [0, 0, 0], parts(b) ?? [0, 0, 0]];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return 0;
}

/**
 * The newest release that a registry names: `{tags: [...]}` (OCI distribution specification, "Listing Tags"),
 * `{results: [{name}]}`, or `{tag_name}` of a release.
 */
export function latestOf(answer: unknown): string | undefined {
  const { tags, results, tag_name } = (answer ?? {}) as { tags?: unknown; results?: unknown; tag_name?: unknown };
  const listed = Array.isArray(tags)
    ? tags
    : Array.isArray(results)
      ? results.map((result) => result?.name)
      : [tag_name];
  const releases = listed.filter((tag): tag is string => typeof tag === 'string' && parts(tag) !== undefined);
  return releases.sort(compareVersions).at(-1)?.replace(/^v/, '');
}

/** Asks the image registry for newer versions, at most once a minute; that it cannot be reached is an answer, too. */
export class UpdateCheck {
  readonly #settings: { readonly enabled: boolean; readonly registryUrl: string; readonly current: string };
  readonly #fetch: typeof fetch;
  #pending: Promise<UpdatesAnswer> | undefined;
  #until = 0;

  constructor(settings: { enabled: boolean; registryUrl: string; current: string }, fetcher: typeof fetch = fetch) {
    this.#settings = settings;
    this.#fetch = fetcher;
  }

  async check(now = Date.now()): Promise<UpdatesAnswer> {
    const { enabled, registryUrl, current } = this.#settings;
    const none = { enabled, current, latest: null, update_available: false, checked_at: null };
    if (!enabled) return { ...none, status: 'disabled' };
    if (registryUrl === '') return { ...none, status: 'unknown', reason: 'No registry URL is configured.' };
    if (!this.#pending || now >= this.#until) {
      this.#until = now + REMEMBER_MS;
      this.#pending = this.#ask(now);
    }
    return this.#pending;
  }

  async #ask(now: number): Promise<UpdatesAnswer> {
    const { enabled, registryUrl, current } = this.#settings;
    const checked_at = new Date(now).toISOString();
    try {
      const response = await this.#fetch(registryUrl, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json' },
      });
      if (!response.ok) throw new Error(`the registry answered ${response.status}`);
      const latest = latestOf(JSON.parse(await limitedText(response)));
      if (latest === undefined) throw new Error('the registry names no release');
      const update_available = compareVersions(latest, current) > 0;
      return { enabled, current, latest, update_available, status: 'ok', checked_at };
    } catch (error) {
      const reason = `The registry could not be asked: ${(error as Error).message}.`;
      return { enabled, current, latest: null, update_available: false, status: 'unknown', reason, checked_at };
    }
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error('the answer of the registry is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
