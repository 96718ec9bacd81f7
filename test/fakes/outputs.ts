import type {
  NewOutputDeadLetter,
  OutputDeadLetter,
  OutputDeadLetterQuery,
  OutputDefinition,
  OutputPosition,
} from '../../src/model/output.ts';
import { timeOrderedId } from '../../src/stores/state/ids.ts';
import type { OutputStore } from '../../src/stores/state/store.ts';

/** Outputs, positions and dead letters that are gone with the process. */
export class MemoryOutputs implements OutputStore {
  readonly definitions = new Map<string, OutputDefinition>();
  readonly positions = new Map<string, OutputPosition>();
  dead: OutputDeadLetter[] = [];

  async list(): Promise<OutputDefinition[]> {
    return [...this.definitions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async put(definition: OutputDefinition): Promise<void> {
    const createdAt = this.definitions.get(definition.name)?.createdAt ?? definition.createdAt;
    this.definitions.set(definition.name, { ...definition, createdAt });
  }

  async remove(name: string): Promise<boolean> {
    for (const key of this.positions.keys()) if (key.startsWith(`${name} `)) this.positions.delete(key);
    this.dead = this.dead.filter((letter) => letter.output !== name);
    return this.definitions.delete(name);
  }

  async position(name: string, node: number): Promise<OutputPosition | undefined> {
    return this.positions.get(`${name} ${node}`);
  }

  async save(
    name: string,
    node: number,
    position: OutputPosition,
    letters: readonly NewOutputDeadLetter[],
  ): Promise<boolean> {
    if (!(await this.addLetters(name, letters))) return false;
    this.positions.set(`${name} ${node}`, position);
    return true;
  }

  async addLetters(name: string, letters: readonly NewOutputDeadLetter[]): Promise<boolean> {
    if (!this.definitions.has(name)) return false;
    const at = new Date().toISOString();
    for (const letter of letters) {
      const known = this.dead.findIndex((each) => each.output === name && each.eventId === letter.eventId);
      const attempts = 1 + (this.dead[known]?.attempts ?? 0);
      if (known >= 0) this.dead[known] = { ...this.dead[known], ...letter, attempts, lastAt: at };
      else this.dead.push({ ...letter, id: timeOrderedId(), output: name, attempts, firstAt: at, lastAt: at });
    }
    return true;
  }

  async letters({ output, limit, before, code }: OutputDeadLetterQuery): Promise<OutputDeadLetter[]> {
    return this.#of(output)
      .filter((letter) => before === undefined || letter.id < before)
      .filter((letter) => code === undefined || letter.code === code)
      .reverse()
      .slice(0, limit);
  }

  async letter(output: string, id: string): Promise<OutputDeadLetter | undefined> {
    return this.#of(output, [id])[0];
  }

  async lettersOf(output: string, ids?: readonly string[], after = ''): Promise<{ id: string; eventId: string }[]> {
    return this.#of(output, ids).filter((letter) => letter.id > after);
  }

  async countLetters(output: string): Promise<number> {
    return this.#of(output).length;
  }

  async dropLetters(output: string, ids?: readonly string[]): Promise<number> {
    const gone = new Set(this.#of(output, ids));
    this.dead = this.dead.filter((letter) => !gone.has(letter));
    return gone.size;
  }

  async expireLetters(before: number, keep: number): Promise<ReadonlyMap<string, number>> {
    const removed = new Map<string, number>();
    for (const name of this.definitions.keys()) {
      const own = this.#of(name);
      const surplus = own.slice(0, Math.max(0, own.length - keep));
      const old = own.filter((letter) => Date.parse(letter.lastAt) * 1000 < before);
      const gone = await this.dropLetters(
        name,
        [...surplus, ...old].map((letter) => letter.id),
      );
      if (gone > 0) removed.set(name, gone);
    }
    return removed;
  }

  #of(output: string, ids?: readonly string[]): OutputDeadLetter[] {
    return this.dead.filter((letter) => letter.output === output && (ids === undefined || ids.includes(letter.id)));
  }
}
