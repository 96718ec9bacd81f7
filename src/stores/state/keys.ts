import { timingSafeEqual } from 'node:crypto';
import { AppError, messageOf } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { timeOrderedId } from './ids.ts';
import { type HashedKey, KeyCache } from './key-cache.ts';
import type { Database } from './postgres.ts';
import { hashSecret, looksLikeSecret, newSecret, prefixOf } from './secret.ts';
import type { KeyStore, NewKey, Scope, StoredKey, Tier } from './store.ts';

const CACHE_MS = 5_000;
const CACHE_ENTRIES = 10_000;
const TOUCH_MS = 60_000;

interface KeyRow {
  id: string;
  name: string;
  prefix: string;
  hash: Buffer;
  scopes: Scope[];
  tier: Tier;
  disabled: boolean;
  expires_at: Date | null;
  created_at: Date;
  last_used_at: Date | null;
}

/** API keys in PostgreSQL, with those in use held in memory so that a request costs no query. */
export class PostgresKeys implements KeyStore {
  readonly #database: Database;
  readonly #log: Log;
  readonly #cache: KeyCache;
  readonly #asked = new Map<string, Promise<HashedKey | undefined>>();
  readonly #touched = new Map<string, Date>();
  /** Counts changes: an answer that was read before one must not be cached after it. */
  #changes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { database: Database; log: Log; cacheMs?: number }) {
    this.#database = options.database;
    this.#log = options.log;
    this.#cache = new KeyCache(options.cacheMs ?? CACHE_MS, CACHE_ENTRIES);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#writeTouched().catch((error) => this.#log.warn({ err: messageOf(error) }, 'key use not written'));
    }, TOUCH_MS);
    this.#timer.unref();
  }

  /** Writes down when keys were last used, then forgets what is cached. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writeTouched();
    this.#forget();
  }

  async create(wanted: NewKey): Promise<{ key: StoredKey; secret: string }> {
    const secret = newSecret();
    const key: StoredKey = {
      id: timeOrderedId(),
      name: wanted.name,
      prefix: prefixOf(secret),
      scopes: [...new Set(wanted.scopes)],
      tier: wanted.tier ?? 'standard',
      disabled: false,
      expiresAt: wanted.expiresAt ? parseTime(wanted.expiresAt).toISOString() : null,
      createdAt: new Date().toISOString(),
      lastUsedAt: null,
    };
    const hash = hashSecret(secret);
    await this.#database.run(
      (sql) => sql`
        insert into vedette.keys (id, name, prefix, hash, scopes, tier, expires_at, created_at)
        values (${key.id}, ${key.name}, ${key.prefix}, ${hash}, ${key.scopes as string[]}, ${key.tier},
                ${key.expiresAt}, ${key.createdAt})
        on conflict (id) do nothing`,
    );
    this.#forget();
    return { key, secret };
  }

  async list(): Promise<StoredKey[]> {
    const rows = await this.#database.run((sql) => sql<KeyRow[]>`select * from vedette.keys order by created_at, id`);
    return rows.map((row) => this.#used(toKey(row)));
  }

  async find(secret: string): Promise<StoredKey | undefined> {
    if (!looksLikeSecret(secret)) return undefined;
    const hash = hashSecret(secret);
    const name = hash.toString('base64');
    const cached = this.#cache.get(name, Date.now());
    const found = cached ? cached.found : await this.#ask(name, hash);
    return found && timingSafeEqual(found.hash, hash) ? this.#used(found.key) : undefined;
  }

  async revoke(id: string): Promise<boolean> {
    const { count } = await this.#database.run((sql) => sql`delete from vedette.keys where id = ${id}`);
    this.#forget();
    this.#touched.delete(id);
    return count > 0;
  }

  async setDisabled(id: string, disabled: boolean): Promise<boolean> {
    const { count } = await this.#database.run(
      (sql) => sql`update vedette.keys set disabled = ${disabled} where id = ${id}`,
    );
    this.#forget();
    return count > 0;
  }

  touch(id: string): void {
    if (this.#touched.size < CACHE_ENTRIES || this.#touched.has(id)) this.#touched.set(id, new Date());
  }

  /** One query for a hash, however many requests with it wait. */
  #ask(name: string, hash: Buffer): Promise<HashedKey | undefined> {
    const asked = this.#asked.get(name);
    if (asked) return asked;
    const answer = this.#load(name, hash).finally(() => {
      if (this.#asked.get(name) === answer) this.#asked.delete(name);
    });
    this.#asked.set(name, answer);
    return answer;
  }

  async #load(name: string, hash: Buffer): Promise<HashedKey | undefined> {
    const before = this.#changes;
    const [row] = await this.#database.run((sql) => sql<KeyRow[]>`select * from vedette.keys where hash = ${hash}`);
    const found = row && { key: toKey(row), hash: row.hash };
    if (before === this.#changes) this.#cache.put(name, found, Date.now());
    return found;
  }

  #forget(): void {
    this.#changes++;
    this.#cache.clear();
    this.#asked.clear();
  }

  /** The key with the time of its last use, which may not be written yet. */
  #used(key: StoredKey): StoredKey {
    const at = this.#touched.get(key.id);
    return at ? { ...key, lastUsedAt: at.toISOString() } : key;
  }

  async #writeTouched(): Promise<void> {
    if (this.#touched.size === 0) return;
    const written = [...this.#touched];
    const ids = written.map(([id]) => id);
    const times = written.map(([, at]) => at.toISOString());
    await this.#database.run(
      (sql) => sql`
        update vedette.keys set last_used_at = greatest(last_used_at, used.at)
        from unnest(${ids}::text[], ${times}::timestamptz[]) as used(id, at) where keys.id = used.id`,
    );
    for (const [id, at] of written) if (this.#touched.get(id) === at) this.#touched.delete(id);
    // Cached keys carry the time that was written before.
    this.#forget();
  }
}

function toKey(row: KeyRow): StoredKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    tier: row.tier,
    disabled: row.disabled,
    expiresAt: row.expires_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new AppError('INVALID_PARAMETER', `"${text}" is not a time (ISO 8601).`);
  return time;
}
