import { z } from 'zod';
import type { ApiDeps } from '../../src/api/deps.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { OutputChange } from '../../src/model/output.ts';
import { delivered } from '../../src/outputs/http-sender.ts';
import type { AnyOutputKind, Delivery, Output } from '../../src/outputs/output.ts';
import { outputKinds } from '../../src/pipelines/outputs/output-kinds.ts';
import { OutputService } from '../../src/pipelines/outputs.ts';
import type { World } from './api.ts';
import { MemoryOutputs } from './outputs.ts';

const NOTHING: Delivery = delivered({ bytes: 0 });

/** A receiver in memory: what it took, and what it says to everything. */
export class FakeReceiver {
  readonly taken: string[] = [];
  /** Ids that are refused for good. */
  refuses: (id: string) => boolean = () => false;
  /** In place of taking anything. */
  trouble: Partial<Delivery> | undefined;

  readonly kind: AnyOutputKind = {
    type: 'webhook',
    schema: z.strictObject({ url: z.string().describe('Where to.'), secret: z.string().optional() }),
    secrets: ['secret'],
    make: (config) => this.#output(String(config.url)),
  };

  #output(endpoint: string): Output {
    return {
      limits: { events: 100, bytes: 1_000_000, concurrency: 1 },
      endpoint,
      probe: async () => ({ ...NOTHING, ...this.trouble }),
      close: async () => {},
      send: async (rows) => {
        if (this.trouble) return { ...NOTHING, left: rows.map((_, i) => i), status: 503, ...this.trouble };
        const rejected = rows.flatMap((row, index) =>
          this.refuses(String(row.id))
            ? [{ index, code: 'HTTP_400', reason: `Event ${row.id} is refused.`, original: `{"id":"${row.id}"}` }]
            : [],
        );
        const refused = new Set(rejected.map(({ index }) => index));
        this.taken.push(...rows.map((row) => String(row.id)).filter((_, index) => !refused.has(index)));
        return { ...NOTHING, rejected, bytes: 10 * rows.length };
      },
    };
  }
}

/** The outputs of the product over the stores of a {@link World}; its `webhook` goes to the fake receiver. */
export async function outputsOf(
  world: World,
  receiver: FakeReceiver,
  configured: ReadonlyMap<string, OutputChange> = new Map(),
): Promise<{ readonly service: OutputService; readonly store: MemoryOutputs }> {
  const store = new MemoryOutputs();
  const { telemetry, state }: ApiDeps = world.deps();
  const service = new OutputService({
    state: { ...state, outputs: store },
    telemetry,
    node: 0,
    kinds: [...outputKinds({ home: '/nowhere', allowed: [] }).filter(({ type }) => type !== 'webhook'), receiver.kind],
    configured,
    deadLetterDays: 7,
    ingest: () => ({ occupied: 0, spooledRows: 0 }),
    version: '1.2.0',
    metrics: world.metrics,
    log: silentLog,
  });
  await service.start();
  world.outputs = service;
  return { service, store };
}
