import { describe, expect, it } from 'vitest';
import { vedette } from '../../test/support/cli.ts';
import { wantsColor } from './io.ts';

describe('vedette', () => {
  it('lists its commands on stdout when asked, on stderr with exit 2 when not', async () => {
    const asked = await vedette(['help']);
    expect(asked).toMatchObject({ exit: 0, err: '' });
    expect(asked.out).toMatch(/serve[\s\S]*ingest[\s\S]*doctor/);
    expect(await vedette([])).toMatchObject({ exit: 2, out: '' });
    expect(await vedette(['--version'])).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^vedette \d+\.\d+\.\d+/),
    });
  });

  it('begins the help of a command with examples', async () => {
    const { exit, out } = await vedette(['top', '--help']);
    expect(exit).toBe(0);
    expect(out.split('\n')[0]).toBe('  vedette top src.ip');
    expect(out).toContain('--by');
    expect(out).not.toContain('\u001b');
  });

  it.each([
    [['tpo'], 'Did you mean top?'],
    [['top', 'src.ip', '--limt', '3'], 'top has no option --limt. Did you mean --limit?'],
    [['top', 'src.ip', '--by=size'], '--by takes events'],
    [['top'], 'Missing required positional argument: FIELD'],
    [['query', '-o', 'xml'], 'There is no output xml'],
    [['query', '-n', '0'], '-n takes a number'],
    [['lookup', '192.0.2.1', '--server', 'nonsense'], 'nonsense is no address'],
    [['serve', '--set', 'risk'], '--set takes NAME=VALUE'],
    [['serve', '--port', 'x'], 'listen must be HOST:PORT'],
  ])('%j ends with 2 and says why', async (argv, says) => {
    const { exit, err, out } = await vedette(argv);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });

  it('does not take a negative time for an option', async () => {
    const { exit, err } = await vedette(['top', 'src.ip', '--from', '-6h', '--server', 'http://127.0.0.1:9']);
    expect(exit).toBe(4);
    expect(err).toContain('No answer from');
  });
});

describe('colours', () => {
  it('need a terminal, and yield to NO_COLOR, TERM=dumb and --no-color', () => {
    expect(wantsColor({}, true, true)).toBe(true);
    expect([
      wantsColor({}, false, true),
      wantsColor({}, true, false),
      wantsColor({ NO_COLOR: '1' }, true, true),
      wantsColor({ TERM: 'dumb' }, true, true),
    ]).toEqual([false, false, false, false]);
  });
});
