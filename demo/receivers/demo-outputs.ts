import { setTimeout as wait } from 'node:timers/promises';
import { startElastic } from './elastic.ts';
import type { Controls, Receiver } from './receiver.ts';
import { startSplunk } from './splunk.ts';
import { startWebhook } from './webhook.ts';

/** Ids that each receiver of the demo remembers. */
const REMEMBERED = 200_000;
/** A signing key and a token that open nothing: the receivers are in this process and listen on loopback. */
const TOKEN = '5f8c1d52-0000-4000-8000-76656465747e';
const SECRET = 'demo-signature-of-the-webhook';
/** How long the webhook works, and how long it is away, in milliseconds. */
const WORKS = 240_000;
const AWAY = 60_000;

export interface DemoOutputsOptions {
  /** Address of the API, and a key with the scope admin. */
  readonly endpoint: string;
  readonly key: string;
  readonly warn: (message: string) => void;
}

/**
 * Somewhere to deliver to: a Splunk that is busy now and then, an Elasticsearch that cannot parse one document in fifty, and a
 * webhook for high risks that goes away for a minute every five.
 */
export class DemoOutputs {
  readonly #options: DemoOutputsOptions;
  readonly #stop = new AbortController();
  #receivers: Receiver<Controls>[] = [];

  constructor(options: DemoOutputsOptions) {
    this.#options = options;
  }

  /** Starts the receivers and configures the outputs. */
  async start(): Promise<void> {
    const splunk = await startSplunk({
      remember: REMEMBERED,
      controls: { tokens: { [TOKEN]: {} }, faults: [{ kind: 'status', status: 503, share: 0.03 }] },
    });
    const elastic = await startElastic({
      remember: REMEMBERED,
      // Ids are 256 apart.
      controls: { faults: [{ kind: 'item', code: 400, every: 50 * 256 }] },
    });
    const webhook = await startWebhook({ remember: REMEMBERED, controls: { secrets: [SECRET] } });
    this.#receivers = [splunk, elastic, webhook];
    if (this.#stop.signal.aborted) return this.stop();
    await this.#put('splunk', {
      type: 'splunk-hec',
      config: { hec_url: splunk.url, token: TOKEN, allow_private: true },
    });
    await this.#put('elastic', { type: 'elastic-bulk', config: { urls: [elastic.url], allow_private: true } });
    await this.#put('alerts', {
      type: 'webhook',
      config: { url: `${webhook.url}/hook`, secret: SECRET, allow_private: true },
      filter: 'risk >= 60',
    });
    await this.#comeAndGo(webhook);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const receivers = this.#receivers;
    this.#receivers = [];
    await Promise.all(receivers.map((receiver) => receiver.close()));
  }

  async #put(name: string, body: object): Promise<void> {
    const answer = await fetch(`${this.#options.endpoint}/v1/outputs/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#options.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.#stop.signal,
    });
    if (!answer.ok) this.#options.warn(`demo outputs: ${name}: ${await answer.text()}`);
  }

  async #comeAndGo(receiver: Receiver<Controls>): Promise<void> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        receiver.controls.faults = [];
        await wait(WORKS, undefined, { signal, ref: false });
        receiver.controls.faults = [{ kind: 'tear', when: 'before' }];
        await wait(AWAY, undefined, { signal, ref: false });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
