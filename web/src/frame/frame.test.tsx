import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { overviewOf } from '../../test-support/answers.ts';
import { renderAt, stubApi } from '../../test-support/render.tsx';
import { live } from '../state/live.ts';
import { shortcuts, zone } from '../state/preferences.ts';
import { ContextBar } from './context-bar.tsx';
import { Attribution } from './footer.tsx';
import { layer } from './layers.ts';
import { useShortcuts } from './shortcuts.ts';
import { verdict } from './version-badge.tsx';

const ROUTES = { '/v1/fields': { fields: [], operators: [], grammar: '' }, '/v1/query/overview': overviewOf() };
const search = () => new URLSearchParams(window.location.search);

describe('ContextBar', () => {
  it('moves the range by its width, resets it, and goes back', async () => {
    stubApi(ROUTES);
    renderAt('/?v=1&from=2026-11-20T10:00:00.000Z&to=2026-11-20T11:00:00.000Z&q=risk+%3E+5', <ContextBar />);
    expect(screen.getByRole('button', { name: 'Back to the view before' })).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByRole('button', { name: /Earlier/ }));
    expect(search().get('from')).toBe('2026-11-20T09:00:00.000Z');
    expect(search().get('to')).toBe('2026-11-20T10:00:00.000Z');
    fireEvent.click(screen.getByRole('button', { name: 'Reset range' }));
    expect([search().get('from'), search().get('to'), search().get('q')]).toEqual(['-1h', 'now', 'risk > 5']);
    expect(screen.getByRole('button', { name: 'Back to the view before' })).toHaveProperty('disabled', false);
  });

  it('is live only where the range ends now', () => {
    stubApi(ROUTES);
    renderAt('/?from=-2h&to=-1h', <ContextBar />);
    expect(screen.getByRole('button', { name: 'Fixed range' })).toHaveProperty('disabled', true);
  });

  it('pauses and goes on', () => {
    stubApi(ROUTES);
    renderAt('/', <ContextBar />);
    fireEvent.click(screen.getByRole('button', { name: 'Paused' }));
    expect(live.get()).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: 'Live' }));
    expect(live.get()).toBe(false);
  });

  it('switches the zone', () => {
    stubApi(ROUTES);
    zone.set('local');
    renderAt('/', <ContextBar />);
    fireEvent.click(screen.getByRole('button', { name: /local time; switch/ }));
    expect(zone.get()).toBe('utc');
    expect(screen.getByText('UTC')).toBeTruthy();
  });
});

describe('shortcuts', () => {
  function Keys() {
    useShortcuts();
    return <input aria-label="text" />;
  }
  const press = (key: string, more = {}) => act(() => void fireEvent.keyDown(document.body, { key, ...more }));

  it('goes to pages with g, and opens help and palette', () => {
    stubApi(ROUTES);
    renderAt('/?q=risk+%3E+5', <Keys />);
    press('g');
    press('e');
    expect(window.location.pathname).toBe('/events');
    expect(search().get('q')).toBe('risk > 5');
    press('?');
    expect(layer.get()).toBe('help');
    press('k', { ctrlKey: true });
    expect(layer.get()).toBe('palette');
    layer.set(null);
  });

  it('leaves text fields alone, and can be switched off', () => {
    stubApi(ROUTES);
    renderAt('/', <Keys />);
    fireEvent.keyDown(screen.getByLabelText('text'), { key: '?' });
    expect(layer.get()).toBeNull();
    shortcuts.set('off');
    press('?');
    expect(layer.get()).toBeNull();
    shortcuts.set('on');
  });
});

describe('version badge', () => {
  it.each([
    [{ enabled: true, current: '1', latest: '1', update_available: false, status: 'ok' }, 'good', 'up to date'],
    [{ enabled: true, current: '1', latest: '2', update_available: true, status: 'ok' }, 'warn', '2 available'],
    [
      { enabled: true, current: '1', latest: null, update_available: false, status: 'unknown', reason: 'No answer.' },
      'plain',
      'not checked',
    ],
    [{ enabled: false, current: '1', latest: null, update_available: false }, 'plain', ''],
  ])('judges %o', (check, tone, text) => expect(verdict(check)).toMatchObject({ tone, text }));
});

describe('Attribution', () => {
  it('links to the database where the notice says so', async () => {
    stubApi({});
    renderAt('/', <Attribution text={'<a href="https://db-ip.com">IP Geolocation by DB-IP</a>'} />);
    await waitFor(() =>
      expect(screen.getByRole('link', { name: 'IP Geolocation by DB-IP' }).getAttribute('href')).toBe(
        'https://db-ip.com',
      ),
    );
  });

  it('shows a notice without an address as text', () => {
    renderAt('/', <Attribution text="Data of somebody, CC BY 4.0" />);
    expect(screen.queryByRole('link')).toBeNull();
    expect(screen.getByText('Data of somebody, CC BY 4.0')).toBeTruthy();
  });
});
