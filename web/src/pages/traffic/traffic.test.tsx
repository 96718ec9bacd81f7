import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { type Call, json, renderAt, stubApi } from '../../../test-support/render.tsx';
import { anomalyOf, jobOf, NOTHING_YET, ruleOf, statusOf, windowOf } from '../../../test-support/traffic.ts';
import { anomalyKey } from './anomaly-key.ts';
import TrafficPage from './traffic.tsx';

// The picture needs a canvas, which a test has not; a button for each window stands in for it.
vi.mock('./window-chart.tsx', async () => {
  const { summaryOf } = await vi.importActual<typeof import('./series.ts')>('./series.ts');
  type Props = { series: Parameters<typeof summaryOf>[0]; onOpen: (index: number) => void };
  return {
    default: ({ series, onOpen }: Props) => (
      <>
        <p>{summaryOf(series)}</p>
        {series.windows.map((window, index) => (
          <button key={window.window_id} type="button" onClick={() => onOpen(index)}>
            picture {window.window_id}
          </button>
        ))}
      </>
    ),
  };
});

const BEACON = anomalyOf();
const SPIKE = anomalyOf({
  type: 'traffic_spike',
  severity: 'medium',
  message: 'Three times the usual.',
  metric: 'avg_bps',
  current_value: 3_000_000,
  expected: 1_000_000,
  threshold: 2_000_000,
  flow_dst: undefined,
  port: undefined,
  techniques: [],
  evidence: [],
  window_start: windowOf(2).window_start,
  window_end: windowOf(2).window_end,
});
const STATISTICS = { count: 3, mean: 1e6, median: 1e6, min: 1e6, max: 2e6, p95: 2e6, p99: 2e6, mad: 1e5 };
const ANOMALIES = [BEACON, SPIKE];
const WHO = (...scopes: string[]) => ({ name: 'x', scopes });

const routes = (more: Record<string, unknown> = {}) => ({
  '/v1/whoami': WHO('read', 'ingest', 'admin'),
  '/v1/traffic/status': statusOf(),
  '/v1/traffic/windows': { metrics: [0, 1, 2].map((id) => windowOf(id)), total: 3 },
  '/v1/traffic/windows/summary': { time_span: { start: windowOf(0).window_start, end: windowOf(2).window_end } },
  '/v1/traffic/windows/1': windowOf(1),
  '/v1/traffic/windows/2': windowOf(2),
  '/v1/traffic/anomalies/window/2': { anomalies: [SPIKE] },
  '/v1/traffic/anomalies': ({ query }: Call) => {
    const anomalies = ANOMALIES.filter(
      (one) => (query.get('type') ?? one.type) === one.type && (query.get('severity') ?? one.severity) === one.severity,
    );
    return { anomalies, total: anomalies.length };
  },
  '/v1/traffic/anomalies/by-type': {
    total: 2,
    by_type: {
      beaconing: { count: 1, by_severity: { high: 1, medium: 0, low: 0 } },
      traffic_spike: { count: 1, by_severity: { high: 0, medium: 1, low: 0 } },
    },
  },
  '/v1/traffic/anomalies/window/1': { anomalies: [BEACON] },
  '/v1/traffic/baselines': { baselines: {}, generated_at: null },
  '/v1/traffic/captures': { items: [] },
  '/v1/traffic/jobs': { items: [jobOf()] },
  '/v1/traffic/capture/interfaces': { items: [{ name: 'eth0', description: '', addresses: [] }] },
  '/v1/traffic/rules': { items: [] },
  ...more,
});
const render = (more: Record<string, unknown> = {}, at = '/traffic') => {
  const calls = stubApi(routes(more));
  renderAt(at, <TrafficPage />);
  return calls;
};
const region = (name: string) => screen.findByRole('region', { name });
const search = () => new URLSearchParams(window.location.search);
const targetOf = (link: HTMLElement) => {
  const { pathname, searchParams } = new URL((link as HTMLAnchorElement).href);
  return [pathname, searchParams.get('q'), searchParams.get('from'), searchParams.get('to'), searchParams.get('row')];
};

describe('the windows', () => {
  it('show one metric at a time, with anomalies, and say what is usual once that is learned', async () => {
    let learned = false;
    const baselines = () =>
      learned
        ? {
            baselines: { bandwidth: { windows: 3, metrics: { bps: STATISTICS } } },
            generated_at: '2026-11-20T12:01:00Z',
          }
        : { baselines: {}, generated_at: null };
    const generate = () => {
      learned = true;
      return { success: true };
    };
    render({ '/v1/traffic/baselines': baselines, '/v1/traffic/baselines/generate': generate });
    const panel = await region('Windows');
    await within(panel).findByText(/Bandwidth in 3 windows: at most 3.Mb\/s; 2 anomalies in 2 of them/);
    fireEvent.click(within(panel).getByRole('button', { name: 'Learn what is usual' }));
    await within(panel).findByText(/Usual: median 1.Mb\/s, 95 % up to 2.Mb\/s/);
    fireEvent.click(within(panel).getByRole('radio', { name: 'Loss' }));
    await within(panel).findByText(/Loss in 3 windows: at most 0.5.%/);
    expect(within(panel).getByText('Not enough was measured to say what is usual.')).toBeTruthy();
  });

  it('can be read as a table', async () => {
    render();
    const panel = await region('Windows');
    fireEvent.click(await within(panel).findByRole('button', { name: 'Show as table' }));
    const rows = await within(panel).findAllByRole('row');
    expect(rows[1].textContent).toContain('3\u202fMb/s');
    expect(rows[1].textContent).toContain('Traffic spike');
  });

  it('open with what was observed, who talked most, and what was found, each with the way to its events', async () => {
    render();
    fireEvent.click(await screen.findByRole('button', { name: 'picture 1' }));
    expect(search().get('row')).toBe('w1');
    const drawer = await screen.findByRole('complementary');
    await within(drawer).findByText('Anomalies (1)');
    expect(within(drawer).getByRole('rowheader', { name: 'Bandwidth' }).closest('tr')?.textContent).toContain(
      '2\u202fMb/s',
    );
    const talker = within(drawer).getByRole('rowheader', { name: '203.0.113.7' }).closest('tr')!;
    expect(targetOf(within(talker).getByRole('link', { name: 'Events' }))).toEqual([
      '/events',
      'ip = 203.0.113.7',
      '2026-11-20T12:00:10.000Z',
      '2026-11-20T12:00:20.000Z',
      null,
    ]);
    fireEvent.click(within(drawer).getByRole('button', { name: 'Beaconing' }));
    await screen.findByText(BEACON.why);
    expect(search().get('row')).toBe(anomalyKey(BEACON));
  });
});

describe('what is usual', () => {
  const baselines = { bandwidth: { windows: 3, metrics: { bps: STATISTICS } } };
  const cancelled = jobOf({ id: 'j2', state: 'cancelled', started: '2026-11-20T13:00:00.000Z' });
  const renderLearned = (generated_at: string) =>
    render({
      '/v1/traffic/baselines': { baselines, generated_at },
      '/v1/traffic/jobs': { items: [cancelled, jobOf({ started: '2026-11-20T12:00:00.000Z' })] },
    });

  it('may be that of another analysis, and says so', async () => {
    renderLearned('2026-11-20T11:00:00.000Z');
    await screen.findByText(/3 windows of another analysis/);
  });

  it('is of this one when only a run that was given up came after it', async () => {
    renderLearned('2026-11-20T12:30:00.000Z');
    await screen.findByText(/Usual: median/);
    expect(screen.queryByText(/of another analysis/)).toBeNull();
  });
});

describe('steps between windows', () => {
  it('end at the last one', async () => {
    render({}, '/traffic?row=w1');
    const later = () => within(screen.getByRole('complementary')).getByRole('button', { name: 'Later' });
    await screen.findByText('Anomalies (1)');
    fireEvent.click(later());
    expect(search().get('row')).toBe('w2');
    await within(await screen.findByRole('complementary')).findByRole('button', { name: 'Traffic spike' });
    expect(later()).toHaveProperty('disabled', true);
  });
});

describe('the anomalies', () => {
  it('are listed the newest first, by type and severity', async () => {
    const calls = render();
    const panel = await region('Anomalies');
    await within(panel).findByText('Three times the usual.');
    const types = () =>
      within(panel)
        .getAllByRole('rowheader')
        .map((row) => row.textContent);
    expect(types()).toEqual(['Traffic spike', 'Beaconing']);
    fireEvent.change(within(panel).getByLabelText('Severity'), { target: { value: 'high' } });
    await waitFor(() => expect(types()).toEqual(['Beaconing']));
    fireEvent.change(within(panel).getByLabelText('Type'), { target: { value: 'traffic_spike' } });
    await within(panel).findByText('None of these.');
    const asked = calls.filter(({ path }) => path === '/v1/traffic/anomalies').at(-1)!;
    expect([asked.query.get('type'), asked.query.get('severity')]).toEqual(['traffic_spike', 'high']);
  });

  it('open from a link with observed, limit, why, techniques and evidence', async () => {
    render({}, `/traffic?row=${anomalyKey(BEACON)}`);
    const drawer = await screen.findByRole('complementary');
    await within(drawer).findByText(BEACON.why);
    const fields = [...drawer.querySelectorAll('dl > div')].map((line) => line.textContent);
    expect(fields).toContain('Observed0.94');
    expect(fields).toContain('Expectednothing in particular');
    expect(fields).toContain('Unusual from0.80');
    expect(within(drawer).getByRole('link', { name: 'T1071.001' })).toHaveProperty(
      'href',
      'https://attack.mitre.org/techniques/T1071/001/',
    );
    expect(targetOf(within(drawer).getByRole('link', { name: '9007199254840981' }))[4]).toBe('9007199254840981');
    expect(targetOf(within(drawer).getByRole('link', { name: 'Events of it' }))[1]).toBe(
      'ip = 192.0.2.40 and ip = 203.0.113.66 and dst.port = 443',
    );
    // Who talked most in its window.
    expect(await within(drawer).findByRole('rowheader', { name: '192.0.2.10' })).toBeTruthy();
  });

  it('say so when the one of the link is no more', async () => {
    render({}, '/traffic?row=a0');
    await screen.findByText(/not among the anomalies any more/);
  });

  it('can be none', async () => {
    render({
      '/v1/traffic/status': statusOf({ data: { anomalies: 0 } }),
      '/v1/traffic/anomalies': { anomalies: [], total: 0 },
    });
    await screen.findByText('Nothing unusual in 3 windows.');
  });
});

describe('allow rules', () => {
  it('are made from an anomaly, after a look at what they would hide', async () => {
    const calls = render(
      {
        '/v1/traffic/rules/preview': { count: 7, anomalies: [BEACON] },
        '/v1/traffic/rules': ({ method }: Call) => (method === 'POST' ? json(201, ruleOf({ hits: 7 })) : { items: [] }),
      },
      `/traffic?row=${anomalyKey(BEACON)}`,
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Allow…' }));
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('7 anomalies');
    const preview = calls.find(({ path }) => path === '/v1/traffic/rules/preview');
    expect(JSON.parse(preview?.body ?? '')).toEqual({
      source: '192.0.2.40',
      destination: '203.0.113.66',
      port: 443,
      detector: 'beaconing',
    });
    const allow = within(dialog).getByRole('button', { name: 'Allow' });
    expect(allow).toHaveProperty('disabled', true);
    fireEvent.change(within(dialog).getByLabelText('Destination'), { target: { value: '' } });
    fireEvent.change(within(dialog).getByLabelText('Ends'), { target: { value: 'never' } });
    fireEvent.change(within(dialog).getByLabelText('Reason'), { target: { value: ' Monitoring ' } });
    fireEvent.click(allow);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const sent = calls.find(({ path, method }) => path === '/v1/traffic/rules' && method === 'POST');
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      source: '192.0.2.40',
      port: 443,
      detector: 'beaconing',
      reason: 'Monitoring',
    });
  });

  it('need something they are about', async () => {
    render();
    fireEvent.click(await screen.findByRole('button', { name: 'Add a rule' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText('Name a source, a destination, a port or a detector.')).toBeTruthy();
    fireEvent.change(within(dialog).getByLabelText('Reason'), { target: { value: 'x' } });
    expect(within(dialog).getByRole('button', { name: 'Allow' })).toHaveProperty('disabled', true);
  });

  it('stay in the dialog with the reason when they are refused', async () => {
    const refusal = json(400, {
      error: 'Bad parameter',
      detail: 'x is no address or network.',
      code: 'INVALID_PARAMETER',
    });
    render({
      '/v1/traffic/rules/preview': () => refusal.clone(),
      '/v1/traffic/rules': ({ method }: Call) => (method === 'POST' ? refusal.clone() : { items: [] }),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Add a rule' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText('Source'), { target: { value: 'x' } });
    fireEvent.change(within(dialog).getByLabelText('Reason'), { target: { value: 'x' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Allow' }));
    expect(await within(dialog).findByText('Not saved: Bad parameter')).toBeTruthy();
    expect(await within(dialog).findByText('No preview: Bad parameter')).toBeTruthy();
  });

  it('are listed with what they hide, and removed after asking', async () => {
    const calls = render({ '/v1/traffic/rules': { items: [ruleOf()] }, '/v1/traffic/rules/r1': { removed: true } });
    const row = (await screen.findByRole('rowheader', { name: 'NTP of the office' })).closest('tr')!;
    expect(
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    ).toEqual(['Beaconing', '192.0.2.0/24', 'any', '123', 'never', '12', 'Remove']);
    fireEvent.click(within(row).getByRole('button', { name: 'Remove' }));
    const dialog = await screen.findByRole('alertdialog', {}, { timeout: 20_000 });
    expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() =>
      expect(calls.some(({ method, path }) => method === 'DELETE' && path === '/v1/traffic/rules/r1')).toBe(true),
    );
  });
});

describe('the page', () => {
  it('leads to the events of the whole capture', async () => {
    render();
    expect(targetOf(await screen.findByRole('link', { name: 'Events of that time' })).slice(0, 4)).toEqual([
      '/events',
      null,
      '2026-11-20T12:00:00.000Z',
      '2026-11-20T12:00:30.000Z',
    ]);
  });

  it('says how to begin when nothing was analysed', async () => {
    render({ '/v1/traffic/status': statusOf(NOTHING_YET) });
    await screen.findByText('No traffic is analysed yet');
    expect(screen.queryByRole('region', { name: 'Windows' })).toBeNull();
  });

  it('says why it cannot tell', async () => {
    render({ '/v1/traffic/status': json(503, { error: 'Not available', detail: 'It is off.', code: 'UNAVAILABLE' }) });
    expect((await screen.findByRole('alert')).textContent).toContain('It is off.');
  });

  it('offers readers nothing that they may not', async () => {
    render({ '/v1/whoami': WHO('read') }, `/traffic?row=${anomalyKey(BEACON)}`);
    await screen.findByText(BEACON.why);
    for (const name of ['Allow…', 'Add a rule', 'Start', 'Choose a capture', 'Learn what is usual'])
      expect(screen.queryByRole('button', { name })).toBeNull();
  });

  it('shows what is new when a run is over', async () => {
    let state: 'running' | 'done' = 'running';
    const calls = render({
      '/v1/traffic/status': () => statusOf({ job: jobOf({ state }) }),
    });
    const bar = await screen.findByRole('progressbar', { name: 'Analysing office.pcap' });
    expect(bar.getAttribute('max')).toBe('1000000');
    const before = calls.filter(({ path }) => path === '/v1/traffic/windows').length;
    state = 'done';
    await screen.findByText(/2.000 packets analysed in 3.4 s/, {}, { timeout: 5000 });
    await waitFor(() =>
      expect(calls.filter(({ path }) => path === '/v1/traffic/windows').length).toBeGreaterThan(before),
    );
  });
});
