/** State of a component as `/v1/health` shows it. `degraded` works with less; `failed` does not work. */
export interface Health {
  readonly state: 'starting' | 'ok' | 'degraded' | 'failed' | 'stopped';
  /** One sentence for a person, when it is not simply ok. */
  readonly detail?: string;
  /** Figures worth seeing, such as rows waiting. */
  readonly figures?: Readonly<Record<string, number | string | null>>;
}

/** A part of the running product. Inert when constructed: `start` begins, `stop` ends and may be called twice. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): Health;
}

/** Starts in order; if one fails, those already started are stopped in reverse and the error is thrown on. */
export async function startAll(components: readonly Component[]): Promise<void> {
  const started: Component[] = [];
  try {
    for (const component of components) {
      started.push(component);
      await component.start();
    }
  } catch (error) {
    await stopAll(started).catch(() => undefined);
    throw error;
  }
}

/** Stops in reverse order; every component gets its turn, then the first error (if any) is thrown. */
export async function stopAll(components: readonly Component[]): Promise<void> {
  let first: unknown;
  for (const component of [...components].reverse()) {
    try {
      await component.stop();
    } catch (error) {
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
}
