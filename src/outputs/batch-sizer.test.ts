import { describe, expect, it } from 'vitest';
import { BatchSizer } from './batch-sizer.ts';

const limits = { events: 1000, bytes: 500_000, concurrency: 1 };

describe('batch sizes', () => {
  it('begin with a kilobyte an event', () => {
    expect(new BatchSizer(limits).events).toBe(500);
    expect(new BatchSizer({ ...limits, events: 100 }).events).toBe(100);
  });

  it('follow the size of the events before compression', () => {
    const sizer = new BatchSizer(limits);
    for (let n = 0; n < 40; n++) sizer.delivered(100, 250_000, 20_000);
    expect(sizer.events).toBe(200);
    for (let n = 0; n < 40; n++) sizer.delivered(100, 20_000, 2000);
    expect(sizer.events).toBe(1000);
  });

  it('do not take the compressed size for the whole', () => {
    const sizer = new BatchSizer(limits);
    for (let n = 0; n < 40; n++) sizer.delivered(100, undefined, 5000);
    expect(sizer.events).toBe(500);
    for (let n = 0; n < 40; n++) sizer.delivered(100, undefined, 500_000);
    expect(sizer.events).toBe(100);
  });

  it('are halved when too large, down to one, and grow again slowly', () => {
    const sizer = new BatchSizer({ ...limits, bytes: 1e9 });
    sizer.tooLarge(1000);
    expect(sizer.events).toBe(500);
    sizer.delivered(500, 1, 1);
    expect(sizer.events).toBe(510);
    for (let n = 0; n < 20; n++) sizer.tooLarge(sizer.events);
    expect(sizer.events).toBe(1);
    for (let n = 0; n < 1000; n++) sizer.delivered(sizer.events, 10, 10);
    expect(sizer.events).toBe(1000);
  });

  it('are not measured by nothing', () => {
    const sizer = new BatchSizer(limits);
    sizer.delivered(0, 0, 0);
    sizer.delivered(10, 0, 0);
    expect(sizer.events).toBe(500);
  });
});
