import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { type Call, json, renderAt, stubApi } from '../../../test-support/render.tsx';
import { jobOf, NOTHING_YET, statusOf } from '../../../test-support/traffic.ts';
import { stubUploads } from '../../../test-support/xhr.ts';
import TrafficPage from './traffic.tsx';

const IDLE = statusOf(NOTHING_YET);
const routes = (more: Record<string, unknown> = {}) => ({
  '/v1/whoami': { name: 'x', scopes: ['read', 'ingest', 'admin'] },
  '/v1/traffic/status': IDLE,
  '/v1/traffic/captures': { items: [] },
  '/v1/traffic/capture/interfaces': {
    items: [
      { name: 'eth0', description: '', addresses: [] },
      { name: 'wlan0', description: 'guests', addresses: [] },
    ],
  },
  '/v1/traffic/rules': { items: [] },
  '/v1/traffic/jobs': json(202, jobOf({ state: 'running' })),
  ...more,
});
const render = (more: Record<string, unknown> = {}) => {
  const calls = stubApi(routes(more));
  renderAt('/traffic', <TrafficPage />);
  return calls;
};
const sent = (calls: readonly Call[], method: string, path: string) =>
  calls.filter((call) => call.method === method && call.path === path);
const file = new File(['0123456789'], 'office.pcap');
const panel = (name: string) => screen.findByRole('region', { name });

describe('a capture file', () => {
  it('is uploaded, with progress, and analysed under the name that the server gave it', async () => {
    const uploads = stubUploads();
    const calls = render();
    fireEvent.change(await screen.findByLabelText('Capture file', { selector: 'input' }), {
      target: { files: [file] },
    });
    expect(uploads[0]).toMatchObject({ path: '/v1/traffic/captures?name=office.pcap', body: file });
    act(() => uploads[0].upload.onprogress?.({ loaded: 5 }));
    expect(screen.getByRole('progressbar', { name: 'Uploading office.pcap' }).getAttribute('value')).toBe('5');
    expect(screen.getByRole('button', { name: 'Choose a capture' })).toHaveProperty('disabled', true);
    uploads[0].answer(201, { name: 'uploads/1.pcap', bytes: 10, modified: '' });
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/jobs')).toHaveLength(1));
    expect(JSON.parse(sent(calls, 'POST', '/v1/traffic/jobs')[0].body ?? '')).toEqual({
      source: 'pcap',
      pcap_file: 'uploads/1.pcap',
    });
    await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
  });

  it('can be dropped', async () => {
    const uploads = stubUploads();
    render();
    const text = await screen.findByText('or drop one here');
    fireEvent.drop(text, { dataTransfer: { files: [file] } });
    expect(uploads).toHaveLength(1);
  });

  it('is not taken when it is none, with the reason', async () => {
    const uploads = stubUploads();
    const calls = render();
    fireEvent.drop(await screen.findByText('or drop one here'), { dataTransfer: { files: [file] } });
    uploads[0].answer(400, { error: 'Not a capture', detail: 'It is a picture.', code: 'NOT_A_CAPTURE' });
    expect((await screen.findByRole('alert')).textContent).toContain('It is a picture.');
    expect(sent(calls, 'POST', '/v1/traffic/jobs')).toHaveLength(0);
  });

  it('can be taken back while it is on its way', async () => {
    const uploads = stubUploads();
    const calls = render();
    fireEvent.drop(await screen.findByText('or drop one here'), { dataTransfer: { files: [file] } });
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
    expect(uploads[0].aborted).toBe(true);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(sent(calls, 'POST', '/v1/traffic/jobs')).toHaveLength(0);
  });

  it('of the server is analysed, or refused with the reason', async () => {
    const refusal = json(409, { error: 'Conflict', detail: 'a.pcap is being analysed.', code: 'CONFLICT' });
    const calls = render({
      '/v1/traffic/captures': {
        items: [
          { name: 'a.pcap', bytes: 1000, modified: '' },
          { name: 'b.pcap', bytes: 2000, modified: '' },
        ],
      },
      '/v1/traffic/jobs': refusal,
    });
    fireEvent.change(await screen.findByLabelText('In the folder of captures'), { target: { value: 'b.pcap' } });
    fireEvent.click(screen.getByRole('button', { name: 'Analyse' }));
    expect((await screen.findByRole('alert')).textContent).toContain('a.pcap is being analysed.');
    expect(sent(calls, 'POST', '/v1/traffic/jobs')[0].body).toContain('b.pcap');
  });
});

describe('a run', () => {
  const running = jobOf({ state: 'running', bytes_read: 410_000, windows: 7, anomalies: 1, ended: null });

  it('shows how far it is, and can be cancelled', async () => {
    const calls = render({
      '/v1/traffic/status': statusOf({ ...NOTHING_YET, job: running }),
      '/v1/traffic/jobs/j1': jobOf({ state: 'cancelled' }),
    });
    const input = await panel('Capture file');
    await within(input).findByText(/^41.% of 1.MB$/);
    expect(input.textContent).toContain('7 windows, 1 anomaly so far');
    expect(await within(await panel('Live capture')).findByRole('button', { name: 'Start' })).toHaveProperty(
      'disabled',
      true,
    );
    fireEvent.click(await within(input).findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(sent(calls, 'DELETE', '/v1/traffic/jobs/j1')).toHaveLength(1));
  });

  it('names what it could not use', async () => {
    const problems = ['The file ends in the middle of packet 7.'];
    render({ '/v1/traffic/status': statusOf({ ...NOTHING_YET, job: jobOf({ problems }) }) });
    await screen.findByText('The file ends in the middle of packet 7.');
  });

  it('says why it failed', async () => {
    const job = jobOf({ state: 'failed', error: 'The capture inflates by more than 200 times.' });
    render({ '/v1/traffic/status': statusOf({ ...NOTHING_YET, job }) });
    expect((await screen.findByRole('alert')).textContent).toContain('inflates by more than 200 times');
  });
});

describe('a live capture', () => {
  it('is started on an interface, for a time, with a filter', async () => {
    const calls = render({ '/v1/traffic/capture/start': { success: true } });
    const input = await panel('Live capture');
    fireEvent.change(await within(input).findByLabelText('Interface'), { target: { value: 'wlan0' } });
    fireEvent.change(within(input).getByLabelText('Seconds'), { target: { value: '30' } });
    fireEvent.change(within(input).getByLabelText('Filter'), { target: { value: ' not port 22 ' } });
    fireEvent.click(within(input).getByRole('button', { name: 'Start' }));
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/capture/start')).toHaveLength(1));
    expect(JSON.parse(sent(calls, 'POST', '/v1/traffic/capture/start')[0].body ?? '')).toEqual({
      interface: 'wlan0',
      duration: 30,
      filter: 'not port 22',
    });
  });

  it('goes on until it is stopped when no time is given', async () => {
    const calls = render({ '/v1/traffic/capture/start': { success: true } });
    const input = await panel('Live capture');
    fireEvent.change(await within(input).findByLabelText('Seconds'), { target: { value: '' } });
    fireEvent.click(within(input).getByRole('button', { name: 'Start' }));
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/capture/start')).toHaveLength(1));
    expect(sent(calls, 'POST', '/v1/traffic/capture/start')[0].body).toBe('{"interface":"eth0"}');
  });

  it('is refused with the reason', async () => {
    const detail = 'dumpcap may not capture: give it the right with setcap.';
    render({
      '/v1/traffic/capture/start': json(400, { error: 'Capture not possible', detail, code: 'CAPTURE_IMPOSSIBLE' }),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Start' }));
    expect((await screen.findByRole('alert')).textContent).toContain(detail);
  });

  const capture = {
    tool: 'dumpcap',
    interface: 'eth0',
    started: '2026-11-20T12:00:00.000Z',
    elapsed: 12.4,
    packets: 1234,
    bytes: 1_000_000,
    ring: { packets: 1234, bytes: 1_000_000 },
  };

  it('shows what it took, and is stopped', async () => {
    const status = statusOf({ capture: { ...capture, running: true, duration: 60 }, ...NOTHING_YET });
    const calls = render({ '/v1/traffic/status': status, '/v1/traffic/capture/stop': { success: true } });
    const input = await panel('Live capture');
    const lines = () => [...input.querySelectorAll('dl > div')].map((line) => line.textContent);
    await waitFor(() => expect(lines()).toContain('Packets1\u202f234 (1\u202fMB)'));
    expect(lines()).toContain('Lasted12 s of 1 min');
    expect(lines()).toContain('Droppedknown at the end');
    expect(within(input).getByRole('button', { name: 'Download its packets' })).toBeTruthy();
    expect(within(input).queryByRole('button', { name: 'Start' })).toBeNull();
    fireEvent.click(await within(input).findByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/capture/stop')).toHaveLength(1));
  });

  it('leaves room for the analysis of a file', async () => {
    const job = jobOf({ source: 'live', state: 'running', input: 'eth0' });
    render({ '/v1/traffic/status': statusOf({ ...NOTHING_YET, capture: { ...capture, running: true }, job }) });
    expect(await screen.findByRole('button', { name: 'Choose a capture' })).toHaveProperty('disabled', false);
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('says what was dropped, and why it ended', async () => {
    const ended = { ...capture, ended: '2026-11-20T12:00:12.000Z', dropped: 14, error: 'eth0 went down.' };
    render({ '/v1/traffic/status': statusOf({ ...NOTHING_YET, capture: ended }) });
    const input = await panel('Live capture');
    expect((await within(input).findByRole('alert')).textContent).toContain('eth0 went down.');
    expect([...input.querySelectorAll('dl > div')].map((line) => line.textContent)).toContain('Dropped14');
  });

  it('needs an interface', async () => {
    render({ '/v1/traffic/capture/interfaces': { items: [] } });
    await screen.findByText(/There is no interface to capture on/);
  });
});

describe('stored events', () => {
  const following = (more: Parameters<typeof statusOf>[0] = {}) =>
    statusOf({
      data: { metrics: 0, anomalies: 0 },
      events: { late: 3, lag: 65 },
      job: null,
      ...more,
      system: { mode: 'events', pcap_file: null, events: 'stored events', ...more?.system },
    });

  it('are followed, and it is said how far and what came too late', async () => {
    render({ '/v1/traffic/status': following() });
    const shown = within(await panel('Flows and logs'));
    expect(shown.getByText(/200 events \(3 late\)$/)).toBeDefined();
    expect(shown.getByText('analysed as they come in')).toBeDefined();
    expect(shown.getByText('Behind').nextSibling?.textContent).toMatch(/1 min/);
    expect(shown.queryByRole('button', { name: 'Show what came in' })).toBeNull();
    expect(screen.getByText(/^stored events: /)).toBeDefined();
  });

  it('of a time are analysed again, those that a filter names', async () => {
    const calls = render({ '/v1/traffic/status': following() });
    const shown = within(await panel('Flows and logs'));
    fireEvent.change(await shown.findByLabelText('Events'), { target: { value: '-24h' } });
    fireEvent.change(shown.getByLabelText('Filter'), { target: { value: ' dst.port = 22 ' } });
    fireEvent.click(shown.getByRole('button', { name: 'Analyse events' }));
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/jobs')).toHaveLength(1));
    expect(JSON.parse(sent(calls, 'POST', '/v1/traffic/jobs')[0].body ?? '')).toEqual({
      source: 'events',
      from: '-24h',
      filter: 'dst.port = 22',
    });
  });

  it('come back when something else was looked at', async () => {
    const calls = render({ '/v1/traffic/status': following({ system: { mode: 'pcap', events: null } }) });
    fireEvent.click(await screen.findByRole('button', { name: 'Show what came in' }));
    await waitFor(() => expect(sent(calls, 'POST', '/v1/traffic/jobs')).toHaveLength(1));
    expect(JSON.parse(sent(calls, 'POST', '/v1/traffic/jobs')[0].body ?? '')).toEqual({ source: 'events' });
  });
});
