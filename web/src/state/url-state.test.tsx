import { act } from '@testing-library/react';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAt } from '../../test-support/render.tsx';
import { pageAddress, readUrl, type UrlControl, useUrlState, writeUrl } from './url-state.ts';

const PLAIN = { from: '-1h', to: 'now', q: '', by: 'events', cols: '', row: '', find: '' };

/** Links that people have saved. These lines are never changed: what they meant they mean for ever. */
const SAVED: [string, Partial<typeof PLAIN>][] = [
  ['', {}],
  ['?v=1&from=-1h&to=now', {}],
  ['?v=1&from=-6h&to=now&q=dst.port+%3D+443+and+risk+%3E%3D+40', { from: '-6h', q: 'dst.port = 443 and risk >= 40' }],
  [
    '?from=2026-11-20T08%3A00%3A00.000Z&to=2026-11-20T09%3A00%3A00.000Z&by=bytes',
    {
      from: '2026-11-20T08:00:00.000Z',
      to: '2026-11-20T09:00:00.000Z',
      by: 'bytes',
    },
  ],
  [
    '?v=1&from=all&to=now&cols=ts%2Csrc.ip&row=9007199254740993',
    { from: 'all', cols: 'ts,src.ip', row: '9007199254740993' },
  ],
  [
    '?v=1&from=1763640000&to=1763643600&find=203%5B.%5D0%5B.%5D113%5B.%5D7',
    {
      from: '1763640000',
      to: '1763643600',
      find: '203[.]0[.]113[.]7',
    },
  ],
  // Unknown names and unreadable values do no harm.
  ['?v=1&from=yesterdayish&to=now&theme=pink&by=magic', {}],
];

describe('readUrl', () => {
  it.each(SAVED)('opens the saved link "%s"', (search, meaning) =>
    expect(readUrl(search)).toEqual({ ...PLAIN, ...meaning }),
  );

  it('reads back what writeUrl wrote, whatever the texts are', () => {
    const state = fc.record({
      from: fc.constantFrom('-1h', '-7d', 'all', '2026-11-20T08:00:00.000Z'),
      to: fc.constantFrom('now', '2026-11-21T08:00:00.000Z'),
      q: fc.string({ maxLength: 200, unit: 'binary' }),
      by: fc.constantFrom('events' as const, 'bytes' as const, 'packets' as const, 'risk' as const),
      cols: fc.string({ maxLength: 60 }),
      row: fc.string({ maxLength: 30 }),
      find: fc.string({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(state, (value) => {
        expect(readUrl(`?${writeUrl(value)}`)).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });
});

describe('writeUrl', () => {
  it('writes version and range always, and nothing that is at its default', () => {
    expect(writeUrl(readUrl(''))).toBe('v=1&from=-1h&to=now');
  });

  it('takes range and filter to another page, and leaves the rest', () => {
    const here = readUrl('?from=-6h&q=risk+%3E+5&by=bytes&row=7');
    expect(pageAddress('/events', here)).toBe('/events?v=1&from=-6h&to=now&q=risk+%3E+5');
    expect(pageAddress('/events', here, { q: '' })).toBe('/events?v=1&from=-6h&to=now');
  });
});

describe('useUrlState', () => {
  function mount(address: string): { current: UrlControl } {
    const holder = {} as { current: UrlControl };
    function Probe() {
      holder.current = useUrlState();
      return null;
    }
    renderAt(address, <Probe />);
    return holder;
  }

  it('pushes steps that Back takes back, and replaces where asked to', () => {
    const control = mount('/?q=a');
    const before = window.history.length;
    act(() => control.current.update({ from: '-6h' }));
    expect(control.current.state).toMatchObject({ from: '-6h', q: 'a' });
    expect(control.current.depth).toBe(1);
    expect(window.history.length).toBe(before + 1);
    act(() => control.current.update({ by: 'bytes' }, { replace: true }));
    expect(control.current.state.by).toBe('bytes');
    expect(control.current.depth).toBe(1);
    expect(window.history.length).toBe(before + 1);
  });

  it('does not push the address that is shown already', () => {
    const control = mount('/?v=1&from=-1h&to=now');
    act(() => control.current.update({ from: '-1h' }));
    expect(control.current.depth).toBe(0);
  });

  it('goes to another page with the filter', () => {
    const control = mount('/?q=risk+%3E+5&by=bytes');
    act(() => control.current.go('/lookup', { find: '192.0.2.1' }));
    expect(window.location.pathname).toBe('/lookup');
    expect(control.current.state).toMatchObject({ q: 'risk > 5', find: '192.0.2.1', by: 'events' });
  });
});
