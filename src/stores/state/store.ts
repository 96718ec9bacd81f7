import type { Component } from '../../kit/component.ts';
import type { ExporterMemory, ExporterReport, FlowProtocol } from '../../model/exporter.ts';

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

/** State that is not telemetry: keys, settings, local indicators, exporters, the audit log. PostgreSQL, embedded or by URL. */
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
}
