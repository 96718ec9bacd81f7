import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

describe('sparkline', () => {
  it('shows values from 0 to the highest, and gaps', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, null, 5], 10)).toBe('█ █');
    expect(sparkline([0, 0], 10)).toBe('▁▁');
    expect(sparkline([], 10)).toBe('');
  });

  it('keeps peaks where several values share a character', () => {
    expect(sparkline([0, 9, 0, 0, 0, 0], 3)).toBe('█▁▁');
    expect(sparkline(Array(1000).fill(1), 40).length).toBe(40);
  });
});
