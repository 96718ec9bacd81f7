import type { Component } from '../../kit/component.ts';
import type { ExporterMemory, ExporterReport, FlowProtocol } from '../../model/exporter.ts';
import type {
  NewOutputDeadLetter,
  OutputDeadLetter,
  OutputDeadLetterQuery,
  OutputDefinition,
  OutputPosition,
} from '../../model/output.ts';

export type Scope = 'read' | 'ingest' | 'admin';
export type Tier = 'free' | 'standard' | 'premium' | 'enterprise';

/** An API key as it is stored: never the key itself. Times are ISO 8601. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  /** First characters, to recognise it by. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly tier: Tier;
  readonly disabled: boolean;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly tier?: Tier;
  readonly expiresAt?: string | null;
}

export interface KeyStore {
  /** The secret is in this answer only. */
  create(key: NewKey): Promise<{ key: StoredKey; secret: string }>;
  list(): Promise<StoredKey[]>;
  /** The key that `secret` is, disabled and expired ones too; compares in constant time. */
  find(secret: string): Promise<StoredKey | undefined>;
  /** @returns false when there is none with this id. */
  revoke(id: string): Promise<boolean>;
  setDisabled(id: string, disabled: boolean): Promise<boolean>;
  /** Written at most once a minute per key. */
  touch(id: string): void;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  /** Key id, or `cli`, `system`. */
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface LocalIndicator {
  readonly id: string;
  /** Address, CIDR network or domain, in canonical form. */
  readonly value: string;
  readonly category: string;
  readonly confidence: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What is kept of an exporter beside its memory, as it reported it. Times are microseconds since 1970. */
export type ExporterTraits = Pick<ExporterReport, 'name' | 'first_seen' | 'last_seen' | 'protocols'>;

/** A device that sent flows, in this run or an earlier one. */
export interface RememberedExporter {
  /** IPv4, or IPv6 in canonical form. */
  readonly address: string;
  readonly name: string;
  /** Microseconds since 1970. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly protocols: readonly FlowProtocol[];
  readonly memory: ExporterMemory;
}

/** Outputs: what they are, how far each node is with them, and what their receivers refused. */
export interface OutputStore {
  /** By name. Secrets included. */
  list(): Promise<OutputDefinition[]>;
  /** Insert or update by name; the time of creation stays. @throws AppError INVALID_PARAMETER when it cannot be held. */
  put(definition: OutputDefinition): Promise<void>;
  /** Its positions and dead letters go with it. @returns false when there is none of this name. */
  remove(name: string): Promise<boolean>;
  /** Undefined where this node has not begun with it. */
  position(name: string, node: number): Promise<OutputPosition | undefined>;
  /**
   * Writes the position and the letters in one transaction: both or neither. (Of letters with more than 16 Mi
   * characters the first are written before: never a position without its letters.) A letter there is already of this event
   * gets one attempt more, and the new original, code and reason. Texts are cut (original at 64 KiB of UTF-8, code at 128
   * bytes, reason at 4 KiB), NUL characters written as \u0000.
   * @returns false when there is no output of this name (it was removed): nothing was written.
   */
  save(name: string, node: number, position: OutputPosition, letters: readonly NewOutputDeadLetter[]): Promise<boolean>;
  /** The letters alone, as `save` writes them. @returns false when there is no output of this name. */
  addLetters(name: string, letters: readonly NewOutputDeadLetter[]): Promise<boolean>;
  /** Newest first, at most 1,000. @throws AppError INVALID_PARAMETER when `before` is no id. */
  letters(query: OutputDeadLetterQuery): Promise<OutputDeadLetter[]>;
  letter(output: string, id: string): Promise<OutputDeadLetter | undefined>;
  /**
   * Of which events there are dead letters (those with these ids, or all), the oldest first, at most 10,000 after the
   * letter with the id `after`.
   */
  lettersOf(output: string, ids?: readonly string[], after?: string): Promise<OutputDeadLetterKey[]>;
  countLetters(output: string): Promise<number>;
  /** Removes these (all, when absent); answers how many there were. */
  dropLetters(output: string, ids?: readonly string[]): Promise<number>;
  /**
   * Removes letters whose last attempt was before that time (microseconds since 1970), and of each output all but the
   * newest `keep`.
   * @returns how many of which output, those without any left out.
   */
  expireLetters(before: number, keep: number): Promise<ReadonlyMap<string, number>>;
}

export type OutputDeadLetterKey = Pick<OutputDeadLetter, 'id' | 'eventId'>;

/**
 * State that is not telemetry: keys, settings, local indicators, exporters, outputs, the audit log. PostgreSQL, embedded
 * or by URL.
 */
export interface StateStore extends Component {
  readonly keys: KeyStore;
  readonly settings: {
    get<T>(name: string): Promise<T | undefined>;
    set(name: string, value: unknown): Promise<void>;
  };
  readonly audit: {
    record(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
    list(query: { limit: number; before?: string }): Promise<AuditEntry[]>;
  };
  readonly indicators: {
    /** Insert or update by value. */
    upsert(indicator: Pick<LocalIndicator, 'value' | 'category' | 'confidence'>): Promise<LocalIndicator>;
    remove(id: string): Promise<boolean>;
    list(): Promise<LocalIndicator[]>;
  };
  readonly exporters: {
    /** Insert or update by address. @throws AppError INVALID_PARAMETER when it cannot be held. */
    remember(memory: ExporterMemory, traits: ExporterTraits): Promise<void>;
    /** The one seen last first. */
    list(): Promise<RememberedExporter[]>;
    forget(address: string): Promise<boolean>;
  };
  readonly outputs: OutputStore;
}
