import { appendFile, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_THREATS, Office } from './office.ts';
import { asConn, asDetail, asFlow } from './sensors.ts';

/** The followed log is rotated at this size, as a real sensor does it. */
const ROTATE_BYTES = 32 << 20;
/** Zeek's uid: letter C and 17 more. */
const UID_DIGITS = 17;

export interface DemoOptions {
  /** Address of the API, as http://127.0.0.1:8080. */
  readonly endpoint: string;
  readonly key: string;
  /** Folder in which the sensor writes its log and the threat list lies. */
  readonly folder: string;
  readonly seed?: number;
  /** Conversations a second, on average. */
  readonly rate?: number;
  /** Seconds of the past that are filled in at the start. */
  readonly history?: number;
  readonly warn: (message: string) => void;
}

export function demoLog(folder: string): string {
  return join(folder, 'zeek', 'current.log');
}

export function demoThreatList(folder: string): string {
  return join(folder, 'threats.csv');
}

/** Writes the threat list of the demo, and an empty log, before the server looks for them. */
export async function prepareDemo(folder: string): Promise<void> {
  await mkdir(join(folder, 'zeek'), { recursive: true });
  const lines = DEMO_THREATS.map((threat) => `${threat.value},${threat.category},${threat.confidence}`);
  await writeFile(demoThreatList(folder), `ip_or_cidr,category,confidence\n${lines.join('\n')}\n`);
  await appendFile(demoLog(folder), '');
}

/**
 * The office lives: a flow exporter posts records over HTTP, a Zeek sensor writes a log that is followed. Seeded, so
 * that everybody sees the same hosts; the times are real.
 */
export class DemoTraffic {
  readonly #options: DemoOptions;
  readonly #office: Office;
  #uid = 0;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #stopped = false;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#office = new Office(options.seed ?? 7);
  }

  /** Fills in the past, then goes on at the pace of the clock until {@link stop}. */
  async start(): Promise<void> {
    const now = Math.floor(Date.now() / 1000);
    const history = this.#options.history ?? 3_600;
    for (let from = now - history; from < now && !this.#stopped; from += 60)
      await this.#play(from, Math.min(from + 60, now));
    this.#next = now;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      const now = Math.floor(Date.now() / 1000);
      try {
        // A laptop that slept does not have to live through the night again.
        if (this.#next < now - 60) this.#next = now - 60;
        await this.#play(this.#next, now);
        this.#next = now;
      } catch (error) {
        this.#options.warn(`demo traffic: ${error instanceof Error ? error.message : error}`);
      }
      this.#schedule();
    }, 1_000);
  }

  async #play(from: number, to: number): Promise<void> {
    const flows: object[] = [];
    const lines: string[] = [];
    for (let second = from; second < to; second++) {
      for (const conversation of this.#office.second(second, this.#options.rate ?? 12)) {
        // One in three was seen by the router only, the rest by the sensor.
        if (conversation.fromPort % 3 === 0) {
          flows.push(asFlow(conversation));
          continue;
        }
        const uid = `C${(this.#uid++).toString(36).padStart(UID_DIGITS, '0')}`;
        lines.push(JSON.stringify(asConn(conversation, uid)));
        const detail = asDetail(conversation, uid);
        if (detail) lines.push(JSON.stringify(detail));
      }
    }
    if (lines.length > 0) await this.#write(`${lines.join('\n')}\n`);
    if (flows.length > 0) await this.#post(flows);
  }

  async #write(text: string): Promise<void> {
    const path = demoLog(this.#options.folder);
    const size = await stat(path).then(
      (file) => file.size,
      () => 0,
    );
    if (size > ROTATE_BYTES) await rename(path, `${path}.1`);
    await appendFile(path, text);
  }

  async #post(records: object[]): Promise<void> {
    const response = await fetch(`${this.#options.endpoint}/v1/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': this.#options.key },
      body: JSON.stringify({ collector_id: 'demo-router', format: 'flows.v1', records }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`the server answered ${response.status}: ${answer.slice(0, 200)}`);
  }
}
