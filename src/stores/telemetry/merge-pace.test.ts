import { describe, expect, it } from 'vitest';
import { MergePace } from './merge-pace.ts';

const GROUP = 1000;

function pace() {
  const said: string[] = [];
  const it = new MergePace(async (sql) => {
    said.push(sql.includes('RESET') ? 'resume' : 'pause');
  }, GROUP);
  const inserts = async (count: number, waiting: number) => {
    for (let i = 0; i < count; i++) await it.inserted(waiting);
  };
  return { it, said, inserts };
}

describe('merging', () => {
  it('goes on while inserts keep up', async () => {
    const { said, inserts } = pace();
    await inserts(50, GROUP - 1);
    await inserts(1, GROUP * 3);
    await inserts(50, 0);
    expect(said).toEqual([]);
  });

  it('is put off while they do not, and goes on when they do again', async () => {
    const { said, inserts } = pace();
    await inserts(3, GROUP);
    expect(said).toEqual(['pause']);
    await inserts(4, 0);
    expect(said).toEqual(['pause']);
    await inserts(1, 0);
    expect(said).toEqual(['pause', 'resume']);
  });

  it('is not put off for ever', async () => {
    const { it: merging, said, inserts } = pace();
    await inserts(150, GROUP * 4);
    expect(said).toEqual(['pause', 'resume']);
    await inserts(20, GROUP * 4);
    expect(merging.paused).toBe(false);
    await inserts(40, GROUP * 4);
    expect(said).toEqual(['pause', 'resume', 'pause']);
  });
});
