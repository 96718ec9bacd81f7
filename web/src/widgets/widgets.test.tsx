import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { eventOf } from '../../test-support/answers.ts';
import { json, renderAt, stubApi } from '../../test-support/render.tsx';
import { ApiError } from '../api/client.ts';
import { EventDrawer } from './event-drawer.tsx';
import { fieldsOfEvent } from './event-fields.ts';
import { pivotTarget } from './pivot.ts';
import PivotMenu from './pivot-menu.tsx';
import { Reasons } from './risk.tsx';
import { ErrorNotice } from './states.tsx';
import { Value } from './value.tsx';

const FIELDS = {
  fields: [
    { path: 'src.ip', name: 'src_ip', type: 'ip', doc: '' },
    { path: 'dst.org', name: 'dst_org', type: 'dict', doc: '' },
  ],
  operators: [],
  grammar: '',
};
const filter = () => new URLSearchParams(window.location.search).get('q');

describe('Value and its menu', () => {
  function mount(address: string) {
    stubApi({ '/v1/fields': FIELDS });
    renderAt(
      address,
      <>
        <Value kind="ip" field="src.ip" value="192.0.2.10" />
        <Value kind="text" field="dst.org" value='Example "Net"' />
        <Value kind="country" field="src.country" value={null} />
        <PivotMenu />
      </>,
    );
  }
  const open = async (name: RegExp | string) => {
    act(() => void fireEvent.click(screen.getByRole('button', { name })));
    return await screen.findByRole('menu');
  };
  const choose = async (name: RegExp | string, item: string) => {
    const menu = await open(name);
    act(() => void fireEvent.click(within(menu).getByRole('menuitem', { name: item })));
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  };

  it('filters in, beside what is there', async () => {
    mount('/?q=risk+%3E+5');
    await choose('192.0.2.10', 'Filter in');
    expect(filter()).toBe('risk > 5 and src.ip = 192.0.2.10');
  });

  it('filters out, and by this alone', async () => {
    mount('/?q=risk+%3E+5+or+kind+%3D+dns');
    await choose('192.0.2.10', 'Filter out');
    expect(filter()).toBe('(risk > 5 or kind = dns) and src.ip != 192.0.2.10');
    await choose(/Example/, 'Only this');
    expect(filter()).toBe('dst.org = "Example \\"Net\\""');
  });

  it('asks for what is absent', async () => {
    mount('/');
    await choose('none', 'Filter in');
    expect(filter()).toBe('not src.country exists');
  });

  it('looks up addresses only', async () => {
    mount('/');
    await choose('192.0.2.10', 'Look up');
    expect(window.location.pathname).toBe('/lookup');
    expect(new URLSearchParams(window.location.search).get('find')).toBe('192.0.2.10');
    const menu = await open(/Example/);
    expect(within(menu).queryByRole('menuitem', { name: 'Look up' })).toBeNull();
  });

  it('copies defanged', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { ...window.navigator, clipboard: { writeText } });
    mount('/');
    await choose('192.0.2.10', 'Copy defanged');
    await waitFor(() => expect(writeText).toHaveBeenCalledWith('192[.]0[.]2[.]10'));
  });

  it('opens with Shift+F10 and the context menu key', () => {
    mount('/');
    const value = screen.getByRole('button', { name: '192.0.2.10' });
    act(() => void fireEvent.keyDown(value, { key: 'F10', shiftKey: true }));
    expect(pivotTarget.get()).toMatchObject({ field: 'src.ip', value: '192.0.2.10' });
    act(() => pivotTarget.set(null));
    act(() => void fireEvent.keyDown(value, { key: 'ContextMenu' }));
    expect(pivotTarget.get()).not.toBeNull();
  });
});

describe('Reasons', () => {
  const points = () =>
    [...document.querySelectorAll('tbody td:first-child')].map((cell) => Number(cell.textContent?.replace('−', '-')));

  it('adds up to the score', () => {
    renderAt('/', <Reasons score={75} reasons={eventOf().risk_reasons} />);
    expect(points()).toEqual([60, 15]);
    expect(document.querySelector('tfoot td')?.textContent).toBe('75');
  });

  it('shows the cap as a line of its own', () => {
    renderAt(
      '/',
      <Reasons
        score={100}
        reasons={[
          { code: 'a', points: 80, reason: 'A' },
          { code: 'b', points: 40, reason: 'B' },
        ]}
      />,
    );
    expect(points()).toEqual([80, 40, -20]);
    expect(points().reduce((sum, value) => sum + value, 0)).toBe(100);
  });
});

describe('EventDrawer', () => {
  it('shows all fields under the names of filters, and closes with Esc', async () => {
    stubApi({ '/v1/fields': FIELDS, '/v1/events/42': eventOf() });
    const close = vi.fn();
    renderAt('/', <EventDrawer event={eventOf()} onClose={close} />);
    for (const path of ['dst.country', 'dst.asn', 'attrs.conn.missed_bytes', 'tags'])
      expect(await screen.findByText(path)).toBeTruthy();
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(close).toHaveBeenCalledOnce();
  });

  it('keeps what the list knew when the whole event cannot be had', async () => {
    stubApi({
      '/v1/fields': FIELDS,
      '/v1/events/42': json(503, { error: 'Not available', detail: 'The store is down.', code: 'UNAVAILABLE' }),
    });
    renderAt('/', <EventDrawer event={eventOf()} onClose={() => undefined} />);
    expect((await screen.findByRole('alert')).textContent).toContain('The store is down.');
    expect(screen.getByText('src.ip')).toBeTruthy();
  });
});

describe('fieldsOfEvent', () => {
  it('leaves out what is empty and puts the first things first', () => {
    const paths = fieldsOfEvent(eventOf({ app: '', vlan: undefined, threat_category: 'c2' })).map(
      (field) => field.path,
    );
    expect(paths.slice(0, 3)).toEqual(['id', 'ts', 'kind']);
    expect(paths).toContain('threat.category');
    expect(paths).not.toContain('app');
    expect(paths.filter((path) => path.startsWith('src.'))).toEqual(['src.ip', 'src.port']);
  });
});

describe('ErrorNotice', () => {
  it('says what failed, why, under which request, and tries again', () => {
    const retry = vi.fn();
    const error = new ApiError(503, {
      error: 'Not available',
      detail: 'The store is starting.',
      code: 'UNAVAILABLE',
      request_id: 'req-9',
    });
    renderAt('/', <ErrorNotice error={error} retry={retry} what="The overview" />);
    const alert = screen.getByRole('alert');
    for (const words of ['The overview: Not available', 'The store is starting.', 'UNAVAILABLE', 'req-9'])
      expect(alert.textContent).toContain(words);
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(retry).toHaveBeenCalledOnce();
  });
});
