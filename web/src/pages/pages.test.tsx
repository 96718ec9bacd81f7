import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../test-support/answers.ts';
import { type Call, json, renderAt, stubApi } from '../../test-support/render.tsx';
import type { Lookup } from '../api/types.ts';
import { cellOf, fieldsToAsk, readColumns, USUAL, writeColumns } from './events/columns.ts';
import LookupPage, { readList } from './lookup/lookup.tsx';
import { verdictOf } from './lookup/lookup-card.tsx';
import { DeadLettersPanel } from './system/dead-letters.tsx';
import { HealthPanel } from './system/health-panel.tsx';
import { TryIngest } from './system/try-ingest.tsx';

const RESULT: Lookup = {
  query: '203.0.113.7',
  type: 'ip',
  scope: 'global',
  geo: { country: 'NL', city: 'Amsterdam', lat: 52.4, lon: 4.9 },
  asn: { asn: 64500, org: 'Example Hosting' },
  threats: [{ indicator: '203.0.113.7', category: 'c2', confidence: 90, source: 'local' }],
  risk: { score: 60, reasons: [{ code: 'intel.c2', points: 60, reason: 'Matches a c2' }] },
  attribution: [],
};

describe('columns of events', () => {
  it('keeps the chosen order in the address, and nothing for the usual set', () => {
    expect(readColumns('')).toEqual(USUAL);
    expect(writeColumns(USUAL)).toBe('');
    expect(readColumns('dst.ip,ts,dst.ip,<b>')).toEqual(['dst.ip', 'ts']);
    expect(writeColumns(['dst.ip', 'ts'])).toBe('dst.ip,ts');
  });

  it('asks for what the drawer needs too', () => {
    expect(fieldsToAsk(['bytes', 'ts']).split(',')).toEqual(
      expect.arrayContaining(['id', 'ts', 'bytes', 'risk.reasons']),
    );
  });

  it.each([
    ['src.ip', '192.0.2.10'],
    ['dst.country', 'NL'],
    ['src.country', null],
    ['dst.asn', 64500],
    ['dst.org', 'Example Hosting'],
    ['risk', 75],
    ['threat.indicator', '203.0.113.7'],
    ['threat.count', 1],
    ['tags', 'watch'],
    ['attrs.conn.missed_bytes', 0],
    ['attrs.none.of.it', null],
    ['risk.reasons', 'intel.c2, port.remote'],
  ])('finds %s', (path, value) => expect(cellOf(eventOf(), path)).toBe(value));
});

describe('the look-up page', () => {
  it('reads lists, each subject once, and names what it cannot read', () => {
    const list = readList('203[.]0[.]113[.]7, evil.example;203.0.113.7 nonsense');
    expect(list.subjects.map((one) => one.value)).toEqual(['203.0.113.7', 'evil.example']);
    expect(list.unread).toEqual(['nonsense']);
  });

  it('asks for one address and shows place, reasons and sightings', async () => {
    const calls = stubApi({
      '/v1/lookup': RESULT,
      '/v1/query/overview': {
        kpis: { events: { value: 12, previous: null, spark: null } },
        newest: null,
        oldest: null,
      },
      '/v1/events': { items: [eventOf()] },
    });
    renderAt('/lookup', <LookupPage />);
    fireEvent.change(screen.getByRole('textbox'), { target: { value: ' 203[.]0[.]113[.]7 ' } });
    fireEvent.click(screen.getByRole('button', { name: 'Look up' }));
    await screen.findByRole('heading', { name: '203.0.113.7' });
    expect(calls.find((call) => call.path === '/v1/lookup')?.body).toBe('{"ip":"203.0.113.7"}');
    expect(screen.getByText('Amsterdam, Netherlands')).toBeTruthy();
    await screen.findByText('12 events');
    expect(calls.find((call) => call.path === '/v1/query/overview')?.query.get('filter')).toBe('ip = 203.0.113.7');
  });

  it('shows a list as a table, the worst first', async () => {
    const calls = stubApi({
      '/v1/lookup': {
        results: [
          { ...RESULT, query: '192.0.2.1', risk: { score: 0, reasons: [] }, threats: [] },
          RESULT,
          { query: 'x.example', error: 'No.' },
        ],
      },
    });
    renderAt('/lookup?find=192.0.2.1+203.0.113.7+x.example', <LookupPage />);
    const rows = within(await screen.findByRole('table')).getAllByRole('rowheader');
    expect(rows.map((row) => row.textContent)).toEqual(['203.0.113.7', '192.0.2.1', 'x.example']);
    expect(calls[0].body).toBe('{"indicators":["192.0.2.1","203.0.113.7","x.example"]}');
  });

  it('does not call the unknown safe', () => {
    expect(verdictOf({ ...RESULT, threats: [], risk: { score: 0, reasons: [] } }).word).toBe('nothing known');
    expect(verdictOf(RESULT).word).toBe('suspicious');
    expect(verdictOf({ ...RESULT, risk: { score: 90, reasons: [] } }).word).toBe('malicious');
    expect(verdictOf({ ...RESULT, scope: 'private', threats: [], risk: { score: 0, reasons: [] } }).word).toBe(
      'private address',
    );
  });
});

describe('the system page', () => {
  it('shows each part with its state and figures', async () => {
    stubApi({
      '/v1/health': {
        status: 'degraded',
        service: 'vedette',
        version: '1',
        timestamp: '',
        uptime_seconds: 60,
        components: [
          {
            name: 'matcher',
            state: 'degraded',
            detail: 'Line 14 is no address.',
            figures: { networks: 120, none: null },
          },
        ],
      },
    });
    renderAt('/system', <HealthPanel />);
    const row = (await screen.findByRole('rowheader', { name: 'matcher' })).closest('tr');
    expect(row?.textContent).toContain('Line 14 is no address.');
    expect(row?.textContent).toContain('networks 120');
    expect(row?.textContent).not.toContain('none');
  });

  it('sends what is typed, and shows answer or refusal', async () => {
    const refusal = json(400, { error: 'Empty batch', detail: 'The request carries no record.', code: 'EMPTY_BATCH' });
    const calls = stubApi({
      '/v1/ingest': (call: Call) => (call.body === '[]' ? refusal : json(202, { status: 'accepted', queued: 1 })),
    });
    renderAt('/system', <TryIngest />);
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await screen.findByText(/"queued": 1/);
    expect(JSON.parse(calls[0].body ?? '')[0].src_ip).toBe('192.0.2.10');
    fireEvent.change(screen.getByRole('textbox'), { target: { value: '[]' } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The request carries no record.');
    fireEvent.change(screen.getByRole('textbox'), { target: { value: '[{' } });
    expect(screen.getByRole('button', { name: 'Send' })).toHaveProperty('disabled', true);
  });

  const LETTER = {
    id: 'a1',
    at: '2026-11-20T12:00:00Z',
    source: 'http',
    encoding: 'zeek.conn',
    peer: '',
    reason: 'bad time',
    detail: 'No time.',
    size: 12,
    bytes_preview: '{"ts"',
  };

  it('lets an admin replay one and purge all, after asking', async () => {
    const calls = stubApi({
      '/v1/dead-letters': (call: Call) =>
        call.method === 'DELETE' ? { purged: 1 } : { items: [LETTER], next: null, total: 1 },
      '/v1/dead-letters/a1/replay': { replayed: 1, failed: 0 },
      '/v1/whoami': { name: 'x', scopes: ['admin'] },
    });
    renderAt('/system', <DeadLettersPanel />);
    fireEvent.click(await screen.findByRole('button', { name: 'Replay' }));
    await waitFor(() =>
      expect(calls.some((call) => call.method === 'POST' && call.path === '/v1/dead-letters/a1/replay')).toBe(true),
    );
    fireEvent.click(screen.getByRole('button', { name: 'Purge all' }));
    const dialog = await screen.findByRole('alertdialog', {}, { timeout: 20_000 });
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Purge all' }));
    await waitFor(() =>
      expect(calls.some((call) => call.method === 'DELETE' && call.path === '/v1/dead-letters')).toBe(true),
    );
  });

  it('shows no such buttons without the scope', async () => {
    stubApi({
      '/v1/dead-letters': { items: [LETTER], next: null, total: 1 },
      '/v1/whoami': { name: 'x', scopes: ['read'] },
    });
    renderAt('/system', <DeadLettersPanel />);
    await screen.findByText('bad time');
    expect(screen.queryByRole('button', { name: 'Replay' })).toBeNull();
  });
});
