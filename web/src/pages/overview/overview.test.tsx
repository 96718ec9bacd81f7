import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { eventOf, NO_EVENTS, overviewOf, topOf } from '../../../test-support/answers.ts';
import { outputOf } from '../../../test-support/outputs.ts';
import { type Call, json, renderAt, stubApi } from '../../../test-support/render.tsx';
import { emptinessOf } from '../../widgets/empty.tsx';
import OverviewPage from './overview.tsx';

// The picture needs a canvas, which a test has not; its table is what is read here.
vi.mock('../../widgets/bar-chart.tsx', () => ({ default: ({ summary }: { summary: string }) => <p>{summary}</p> }));

const SERIES = {
  bucket_seconds: 60,
  range: { from: '2026-11-20T11:00:00Z', to: '2026-11-20T11:04:00Z' },
  series: [
    {
      key: 'flow',
      other: false,
      points: [
        ['2026-11-20T11:00:00Z', 12],
        ['2026-11-20T11:02:00Z', 30],
      ],
    },
  ],
  measures: ['events'],
  took_ms: 1,
};

const VALUES: Record<string, (string | number | null)[]> = {
  'src.ip': ['192.0.2.10', '192.0.2.11'],
  'dst.ip': ['203.0.113.7'],
  'dst.port': [443, 3389],
  'dst.country': ['NL', null],
  'threat.indicator': [],
};

const ROUTES = {
  '/v1/fields': { fields: [], operators: [], grammar: '' },
  '/v1/query/overview': overviewOf(),
  '/v1/query/timeseries': SERIES,
  '/v1/query/top': (call: Call) => topOf(call.query.get('field') ?? '', VALUES[call.query.get('field') ?? ''] ?? []),
  '/v1/events': { items: [eventOf()], next_cursor: null, range: {}, took_ms: 1 },
  '/v1/events/42': eventOf(),
  '/v1/outputs': { items: [] },
};

describe('the overview', () => {
  it('shows six figures, each a link to what it counts', async () => {
    stubApi(ROUTES);
    renderAt('/?q=kind+%3D+flow', <OverviewPage />);
    const figures = within(screen.getByRole('region', { name: 'Key figures' }));
    await waitFor(() => expect(figures.getByRole('link', { name: /^Events/ }).textContent).toContain('20'));
    expect(figures.getAllByRole('link')).toHaveLength(6);
    const threats = new URL(figures.getByRole('link', { name: /^Threats/ }).getAttribute('href') ?? '', 'http://x');
    expect(threats.pathname).toBe('/events');
    expect(threats.searchParams.get('q')).toBe('kind = flow and threat.count > 0');
  });

  it('shows whether events reach their outputs, once there is one', async () => {
    const behind = outputOf({ status: { state: 'retrying', lag: { events: 4200, seconds: 75 } } });
    stubApi({ ...ROUTES, '/v1/outputs': { items: [behind] } });
    renderAt('/', <OverviewPage />);
    const panel = within(await screen.findByRole('region', { name: 'Outputs' }));
    const row = panel.getByRole('rowheader', { name: 'splunk' }).closest('tr');
    expect(row?.textContent?.replaceAll('\u202f', ' ')).toContain('retrying4.20 k1 min');
    const letters = new URL(panel.getByRole('link', { name: '2' }).getAttribute('href') ?? '', 'http://x');
    expect([letters.pathname, letters.searchParams.get('row')]).toEqual(['/outputs', 'splunk']);
    cleanup();
    stubApi(ROUTES);
    renderAt('/', <OverviewPage />);
    await screen.findByText('192.0.2.11');
    expect(screen.queryByRole('region', { name: 'Outputs' })).toBeNull();
  });

  it('asks everything with the range and filter of the address', async () => {
    const calls = stubApi(ROUTES);
    renderAt('/?from=-6h&to=now&q=kind+%3D+flow&by=bytes', <OverviewPage />);
    await screen.findByText('192.0.2.11');
    const asked = calls.filter((call) => call.path.startsWith('/v1/query'));
    expect(asked.length).toBeGreaterThanOrEqual(7);
    for (const call of asked)
      expect([call.query.get('from'), call.query.get('filter')]).toEqual(['-6h', 'kind = flow']);
    expect(asked.filter((call) => call.query.get('by') === 'bytes')).toHaveLength(5);
    expect(calls.find((call) => call.path === '/v1/events')?.query.get('filter')).toBe('kind = flow and risk >= 70');
  });

  it('is honest about what a list leaves out, and does not rank what is absent', async () => {
    stubApi(ROUTES);
    renderAt('/', <OverviewPage />);
    const sources = await screen.findByRole('region', { name: 'Sources' });
    await within(sources).findByText('192.0.2.10');
    expect(sources.textContent?.replaceAll('\u202f', ' ')).toContain('2 of 4 812 · other 31 %');
    const countries = screen.getByRole('region', { name: 'Countries' });
    expect(within(countries).getAllByRole('rowheader')).toHaveLength(1);
    expect(screen.getByRole('region', { name: 'Threats' }).textContent).toContain('No indicator matched');
  });

  it('changes what is counted for all lists', async () => {
    stubApi(ROUTES);
    renderAt('/', <OverviewPage />);
    fireEvent.click(screen.getByLabelText('Risk'));
    expect(new URLSearchParams(window.location.search).get('by')).toBe('risk');
  });

  it('opens a score into its reasons, and an event into its fields', async () => {
    stubApi(ROUTES);
    renderAt('/', <OverviewPage />);
    const toggle = await screen.findByRole('button', { name: 'Risk 75: show the reasons' });
    fireEvent.click(toggle);
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(screen.getByRole('table', { name: 'Why the risk is 75' }).textContent).toContain('+15');
    fireEvent.click(screen.getByRole('button', { name: 'All fields of the event 42' }));
    expect(await screen.findByRole('complementary')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Close details' }));
    expect(screen.queryByRole('complementary')).toBeNull();
  });

  it('has the chart as a sentence and as a table, gaps as gaps', async () => {
    stubApi(ROUTES);
    renderAt('/', <OverviewPage />);
    await screen.findByText(/Events per minute by kind: 42 events \(flow 42\), at most 30 a minute\./);
    fireEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    const rows = within(screen.getByRole('table', { name: /Events per minute/ })).getAllByRole('row');
    expect(rows).toHaveLength(3);
  });
});

describe('an empty overview', () => {
  const state = { from: '-1h', to: 'now', q: '' };
  const now = Date.parse('2026-11-20T12:00:00Z');

  it('knows the four reasons apart', () => {
    const none = overviewOf({ kpis: NO_EVENTS, newest: null, oldest: null });
    const old = overviewOf({ kpis: NO_EVENTS, newest: '2026-03-02T11:04:00Z', oldest: '2026-03-01T00:00:00Z' });
    expect(emptinessOf(overviewOf(), state, now)).toBeNull();
    expect(emptinessOf(none, state, now)).toBe('none yet');
    expect(emptinessOf(old, { ...state, q: 'risk > 5' }, now)).toBe('outside range');
    expect(emptinessOf(overviewOf({ kpis: NO_EVENTS }), { ...state, q: 'risk > 5' }, now)).toBe('filtered out');
    expect(emptinessOf(overviewOf({ kpis: NO_EVENTS }), state, now)).toBe('outside range');
  });

  it('offers commands before the first record, and sends a sample', async () => {
    const calls = stubApi({
      ...ROUTES,
      '/v1/query/overview': overviewOf({ kpis: NO_EVENTS, newest: null, oldest: null }),
      '/v1/ingest': { status: 'accepted', queued: 1 },
    });
    renderAt('/', <OverviewPage />);
    await screen.findByRole('heading', { name: 'No data yet' });
    expect(screen.getByText(/vedette demo/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Send one sample event' }));
    await waitFor(() => expect(calls.some((call) => call.path === '/v1/ingest')).toBe(true));
    const sent = JSON.parse(calls.find((call) => call.path === '/v1/ingest')?.body ?? '{}');
    expect(sent.records[0]).toMatchObject({ src_ip: '192.0.2.10', dst_port: 443 });
  });

  it('zooms to the data that there are', async () => {
    stubApi({
      ...ROUTES,
      '/v1/query/overview': overviewOf({
        kpis: NO_EVENTS,
        newest: '2026-03-02T11:04:00.000Z',
        oldest: '2026-03-01T00:00:00.000Z',
      }),
    });
    renderAt('/', <OverviewPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Zoom to data' }));
    const search = new URLSearchParams(window.location.search);
    expect([search.get('from'), search.get('to')]).toEqual(['2026-03-01T00:00:00.000Z', '2026-03-02T11:04:01.000Z']);
  });

  it('shows the filter that leaves nothing, and clears it', async () => {
    const now = Date.now();
    const iso = (ms: number) => new Date(ms).toISOString();
    stubApi({
      ...ROUTES,
      '/v1/query/overview': overviewOf({ kpis: NO_EVENTS, newest: iso(now - 1000), oldest: iso(now - 9e8) }),
    });
    renderAt('/?q=risk+%3E+99', <OverviewPage />);
    await screen.findByRole('heading', { name: 'The filter leaves nothing' });
    fireEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
    expect(new URLSearchParams(window.location.search).get('q')).toBeNull();
  });

  it('says why the server does not answer, and asks again', async () => {
    let down = true;
    stubApi({
      ...ROUTES,
      '/v1/query/overview': () =>
        down
          ? json(503, {
              error: 'Not available',
              detail: 'The store is starting.',
              code: 'UNAVAILABLE',
              request_id: 'req-3',
            })
          : overviewOf(),
    });
    renderAt('/', <OverviewPage />);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('req-3');
    down = false;
    fireEvent.click(within(alert).getByRole('button', { name: 'Retry' }));
    await screen.findByRole('region', { name: 'Key figures' });
    expect(screen.queryByText(/The store is starting/)).toBeNull();
  });
});
