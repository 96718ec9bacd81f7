import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a spool file holds; also the ending of its name. */
export type SpoolKind = 'events' | 'dead';

export interface SpoolFile {
  readonly name: string;
  readonly kind: SpoolKind;
  /** Counter of the last id inside (ids.ts): increasing, so that names sort in commit order. */
  readonly seq: number;
  readonly rows: number;
  readonly bytes: number;
}

/** A sealed folder: its content never changes again, and its name is the deduplication token of its inserts. */
export interface SpoolGroup {
  readonly name: string;
  readonly kind: SpoolKind;
  readonly files: readonly SpoolFile[];
}

export interface SpoolPart {
  readonly kind: SpoolKind;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

const FILE = /^(\d{16})-(\d+)\.(events|dead)$/;
const GROUP = /^g-(\d{16})-[0-9a-f]{16}$/;
const UNSEALED = '.tmp';
const INSERTED = '.done';
const TORN = '.part';
const QUARANTINE = 'quarantine';

const padded = (seq: number) => String(seq).padStart(16, '0');

/**
 * The commit log: a folder of files in the engine's own format.
 *
 * | on disk | what it is | after a crash |
 * |---|---|---|
 * | `<seq>-<rows>.<kind>.part` | being written, not acknowledged | deleted |
 * | `<seq>-<rows>.<kind>` | acknowledged, not yet in a group | kept |
 * | `g-<seq>-<random>.tmp/` | files on their way into a group | moved back |
 * | `g-<seq>-<random>/` | sealed: being inserted, or about to be | inserted again under the same token |
 * | `g-<seq>-<random>.done/` | inserted, being deleted | deleted |
 * | `quarantine/g-…/` | the engine cannot read it | kept for a person |
 *
 * Each arrow is one rename, which is atomic. The random part keeps a token from ever being used twice, even when the
 * clock was set back.
 */
export class Spool {
  readonly path: string;
  #open: SpoolFile[] = [];
  #groups: SpoolGroup[] = [];
  #rows = 0;
  #bytes = 0;
  #quarantined = 0;
  #folder: FileHandle | undefined;

  constructor(path: string) {
    this.path = path;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Groups in quarantine, from earlier runs too. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** Sealed groups that wait to be inserted, oldest first. */
  get groups(): readonly SpoolGroup[] {
    return this.#groups;
  }

  /** Acknowledged files outside any group, oldest first. */
  get files(): readonly SpoolFile[] {
    return this.#open;
  }

  /** Takes over what an earlier process left. Only after it is sure that no other process uses the folder. */
  async open(): Promise<void> {
    await mkdir(join(this.path, QUARANTINE), { recursive: true });
    this.#folder = await open(this.path, 'r');
    for (const entry of await readdir(this.path)) {
      if (entry.endsWith(TORN) || entry.endsWith(INSERTED)) await rm(join(this.path, entry), { recursive: true });
      else if (entry.endsWith(UNSEALED)) await this.#unseal(entry);
    }
    const entries = (await readdir(this.path)).sort();
    this.#open = await this.#list('', entries);
    this.#groups = [];
    this.#rows = 0;
    this.#bytes = 0;
    for (const name of entries) if (GROUP.test(name)) await this.#adopt(name);
    this.#quarantined = (await readdir(join(this.path, QUARANTINE))).length;
    for (const file of [...this.#open, ...this.#groups.flatMap((group) => group.files)]) this.#count(file, 1);
  }

  async close(): Promise<void> {
    await this.#folder?.close();
    this.#folder = undefined;
  }

  /** The highest counter that any file holds; 0 when the spool is empty. */
  get lastSeq(): number {
    return Math.max(0, this.#open.at(-1)?.seq ?? 0, ...this.#groups.map((group) => group.files.at(-1)?.seq ?? 0));
  }

  /** The lowest counter of a file that is not inserted yet; Infinity when the spool is empty. */
  get firstSeq(): number {
    const inGroups = this.#groups.map((group) => group.files[0].seq);
    return Math.min(this.#open[0]?.seq ?? Number.POSITIVE_INFINITY, ...inGroups);
  }

  /** The file of `kind` with the lowest counter that is not inserted yet, and its path. */
  oldest(kind: SpoolKind): { readonly file: SpoolFile; readonly path: string } | undefined {
    let oldest: { file: SpoolFile; path: string } | undefined;
    const look = (file: SpoolFile | undefined, folder: string) => {
      if (file && (!oldest || file.seq < oldest.file.seq)) oldest = { file, path: join(this.path, folder, file.name) };
    };
    for (const group of this.#groups) if (group.kind === kind) look(group.files[0], group.name);
    look(
      this.#open.find((file) => file.kind === kind),
      '',
    );
    return oldest;
  }

  /** Writes `parts` durably under `seq`. When it throws, nothing of them is left. */
  async store(seq: number, parts: readonly SpoolPart[]): Promise<void> {
    const files = parts.map((part) => ({
      name: `${padded(seq)}-${part.rows}.${part.kind}`,
      kind: part.kind,
      seq,
      rows: part.rows,
      bytes: part.bytes.length,
    }));
    try {
      for (const [index, file] of files.entries()) await this.#write(file.name + TORN, parts[index].bytes);
      for (const file of files) await rename(join(this.path, file.name + TORN), join(this.path, file.name));
      await this.#folder?.sync();
    } catch (error) {
      for (const file of files) {
        await rm(join(this.path, file.name + TORN), { force: true }).catch(() => undefined);
        await rm(join(this.path, file.name), { force: true }).catch(() => undefined);
      }
      throw error;
    }
    for (const file of files) {
      this.#open.push(file);
      this.#count(file, 1);
    }
  }

  /**
   * Seals the oldest file and the later ones of its kind, up to `rows` rows and `bytes` bytes; undefined when there is
   * none. A group is of one kind, so that it is inserted as a whole or not at all.
   */
  async seal(rows: number, bytes: number): Promise<SpoolGroup | undefined> {
    if (this.#open.length === 0) return undefined;
    const files: SpoolFile[] = [];
    let r = 0;
    let b = 0;
    for (const file of this.#open) {
      if (file.kind !== this.#open[0].kind) continue;
      r += file.rows;
      b += file.bytes;
      if (files.length > 0 && (r > rows || b > bytes)) break;
      files.push(file);
    }
    const group = await this.#sealFiles('', files);
    const sealed = new Set(files);
    this.#open = this.#open.filter((file) => !sealed.has(file));
    this.#groups.push(group);
    return group;
  }

  /** Forgets an inserted group: its token has done its work. */
  async remove(group: SpoolGroup): Promise<void> {
    const done = join(this.path, group.name + INSERTED);
    await rename(join(this.path, group.name), done);
    this.#forget(group);
    await rm(done, { recursive: true });
  }

  /** Makes one group of each file of `group`, so that a damaged file does not take the others with it. */
  async split(group: SpoolGroup): Promise<void> {
    const parts: SpoolGroup[] = [];
    for (const file of group.files) parts.push(await this.#sealFiles(group.name, [file]));
    await rm(join(this.path, group.name), { recursive: true });
    this.#groups.splice(this.#groups.indexOf(group), 1, ...parts);
  }

  /** Puts aside a group that the engine cannot read. */
  async quarantine(group: SpoolGroup): Promise<void> {
    await rename(join(this.path, group.name), join(this.path, QUARANTINE, group.name));
    this.#forget(group);
    this.#quarantined++;
  }

  folderOf(group: SpoolGroup): string {
    return join(this.path, group.name);
  }

  #forget(group: SpoolGroup): void {
    this.#groups.splice(this.#groups.indexOf(group), 1);
    for (const file of group.files) this.#count(file, -1);
  }

  #count(file: SpoolFile, sign: 1 | -1): void {
    this.#rows += sign * file.rows;
    this.#bytes += sign * file.bytes;
  }

  async #sealFiles(from: string, files: readonly SpoolFile[]): Promise<SpoolGroup> {
    const name = `g-${padded(files[0].seq)}-${randomBytes(8).toString('hex')}`;
    const unsealed = join(this.path, name + UNSEALED);
    await mkdir(unsealed);
    for (const file of files) await rename(join(this.path, from, file.name), join(unsealed, file.name));
    await rename(unsealed, join(this.path, name));
    return { name, kind: files[0].kind, files };
  }

  /** A sealed folder of an earlier process; one that a crash left empty while it was split is dropped. */
  async #adopt(name: string): Promise<void> {
    const files = await this.#list(name, await readdir(join(this.path, name)));
    if (files.length > 0) this.#groups.push({ name, kind: files[0].kind, files });
    else await rm(join(this.path, name), { recursive: true });
  }

  /** A crash came while files were moved into a group: the token was not used yet, so they go back. */
  async #unseal(folder: string): Promise<void> {
    for (const name of await readdir(join(this.path, folder)))
      await rename(join(this.path, folder, name), join(this.path, name));
    await rm(join(this.path, folder), { recursive: true });
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const file = await open(join(this.path, name), 'w');
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #list(folder: string, names: readonly string[]): Promise<SpoolFile[]> {
    const files: SpoolFile[] = [];
    for (const name of [...names].sort()) {
      const match = FILE.exec(name);
      if (!match) continue;
      const { size } = await stat(join(this.path, folder, name));
      files.push({ name, kind: match[3] as SpoolKind, seq: Number(match[1]), rows: Number(match[2]), bytes: size });
    }
    return files;
  }
}
