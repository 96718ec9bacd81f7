import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dns, SCENE_START, scan, scene, web } from '../../../test/support/scene.ts';
import type { Window } from '../../model/window.ts';
import { TrafficAnalysis, type TrafficHooks } from '../traffic.ts';
import { Intake } from './intake.ts';

/** Gives bytes when it is told to. */
function tap() {
  let give: (bytes: Uint8Array | undefined) => void = () => undefined;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = await new Promise<Uint8Array | undefined>((resolve) => {
        give = resolve;
      });
      if (bytes === undefined) return;
      yield bytes;
    }
  }
  return {
    source: source(),
    give: async (bytes?: Uint8Array) => {
      give(bytes);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ now: SCENE_START * 1000 }));
afterEach(() => void vi.useRealTimers());

const clock = () => Date.now() * 1000;

function watched(hooks: TrafficHooks = {}) {
  const windows: Window[] = [];
  const analysis = new TrafficAnalysis({ clock }, { ...hooks, onWindow: (window) => void windows.push(window) });
  const { source, give } = tap();
  const done = analysis.read(source);
  return { windows, analysis, give, done, counts: () => windows.map(({ connections }) => connections.total) };
}

describe('live traffic that is quiet', () => {
  it('has windows that end by the clock, a second after their time, and then goes on', async () => {
    const { give, done, analysis, counts, windows } = watched();
    await vi.advanceTimersByTimeAsync(100);
    const capture = scene(...dns(), ...web(100_000), ...scan(45e6, 12));
    const early = scene(...dns(), ...web(100_000));
    await give(early);
    await vi.advanceTimersByTimeAsync(10_700);
    expect(counts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(counts()).toEqual([2]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(counts()).toEqual([2, 0, 0]);
    // The packets of the same time go on in the present window; none is late.
    vi.setSystemTime((SCENE_START + 47) * 1000);
    await give(capture.subarray(early.length));
    await give();
    await done;
    const result = await analysis.finish();
    expect(counts()).toEqual([2, 0, 0, 0, 12]);
    expect(result.totals.late).toBe(0);
    expect(windows.map(({ window_id }) => window_id)).toEqual([0, 1, 2, 3, 4]);
  });

  it('has them before the first packet, and is told of them as of progress', async () => {
    let progress = 0;
    const { give, done, counts, windows } = watched({ onProgress: () => void progress++ });
    await give(scene());
    await vi.advanceTimersByTimeAsync(32_000);
    expect(counts()).toEqual([0, 0, 0]);
    expect(windows[0].window_start).toBe(SCENE_START);
    expect(progress).toBeGreaterThan(20);
    await give();
    await done;
  });

  it('ends connections whose time is over', async () => {
    const ended: string[] = [];
    const { give, done } = watched({ onConnection: ({ application }) => void ended.push(application.service) });
    await give(scene(...dns()));
    await vi.advanceTimersByTimeAsync(80_000);
    expect(ended).toEqual(['dns']);
    await give();
    await done;
  });

  it('fails the reading when a window does, and nothing else', async () => {
    const { give, done } = watched({
      onProgress: () => {
        throw new Error('the disk is full');
      },
    });
    const failed = expect(done).rejects.toThrow('the disk is full');
    await give(scene());
    await vi.advanceTimersByTimeAsync(1000);
    await failed;
  });
});

describe('Intake', () => {
  it('without anybody to tell waits as long as it takes, and ends when it is stopped', async () => {
    const { source, give } = tap();
    const intake = new Intake();
    const got: number[] = [];
    const done = (async () => {
      for await (const bytes of intake.read(source)) got.push(bytes.length);
    })();
    await give(new Uint8Array(3));
    await vi.advanceTimersByTimeAsync(3600_000);
    await give(new Uint8Array(4));
    intake.stop();
    await done;
    expect([got, intake.bytes, vi.getTimerCount()]).toEqual([[3, 4], 7, 0]);
  });
});
