import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { AT, letterOf, outputOf, TYPES } from '../../../test-support/outputs.ts';
import { type Call, json, renderAt, stubApi } from '../../../test-support/render.tsx';
import { withSamples } from './lag-history.ts';
import { freeName, offered } from './names.ts';
import OutputsPage from './outputs.tsx';

const SPLUNK = '/v1/outputs/splunk';
const SOON = { timeout: 20_000 };
const retrying = outputOf({
  name: 'elastic',
  type: 'elastic-bulk',
  origin: 'settings',
  filter: 'risk >= 70',
  status: {
    state: 'retrying',
    lag: { events: 4200, seconds: 75 },
    circuit: 'open',
    retry_at: new Date(Date.now() + 3_600_000).toISOString(),
    last_error: { at: AT, code: 'HTTP_503', detail: 'The cluster is busy.' },
    lost: 9,
  },
});
const routes = (more: Record<string, unknown> = {}) => ({
  '/v1/outputs': { items: [outputOf(), retrying] },
  '/v1/outputs/types': TYPES,
  '/v1/whoami': { name: 'x', scopes: ['read', 'admin'] },
  '/v1/fields': { fields: [], operators: [], grammar: '' },
  ...more,
});
const card = (name: string) => screen.findByRole('region', { name });
const plain = (text: string | null) => text?.replaceAll('\u202f', ' ');

describe('the outputs page', () => {
  it('shows state, lag, figures and the last error of each', async () => {
    stubApi(routes());
    renderAt('/outputs', <OutputsPage />);
    const elastic = await card('elastic');
    const text = plain(elastic.textContent) ?? '';
    expect(elastic.querySelector('.state.degraded')?.textContent).toContain('retrying');
    expect(text).toMatch(/tried again in (1 h|59 min)/);
    expect(text).toContain('4 200');
    expect(text).toContain('1 min');
    expect(text).toContain('open');
    expect(text).toContain('HTTP_503 The cluster is busy.');
    expect(text).toContain('9 lost');
    expect(text).toContain('risk >= 70');
    expect((await card('splunk')).querySelector('.state.ok')?.textContent).toContain('running');
    expect(screen.getByText('2 outputs, 1 in trouble')).toBeTruthy();
    // One of the settings would come back with the next start.
    expect(within(elastic).queryByRole('button', { name: 'Remove…' })).toBeNull();
  });

  it('says why one is blocked', async () => {
    const status = { state: 'blocked' as const, last_error: { at: AT, code: 'HEC_4', detail: 'Invalid token.' } };
    stubApi(routes({ '/v1/outputs': { items: [outputOf({ status })] } }));
    renderAt('/outputs', <OutputsPage />);
    const found = await card('splunk');
    expect(found.querySelector('.state.failed')?.textContent).toContain('blocked');
    expect(found.querySelector('.output-note.bad')?.textContent).toContain('HEC_4: Invalid token.');
  });

  it('sends a test event and shows what became of it, also a refusal', async () => {
    const answer = { target: 'splunk', duration_ms: 34, bytes: 612, request_id: '77' };
    let ok = true;
    const calls = stubApi(
      routes({
        [`${SPLUNK}/test`]: () =>
          ok
            ? { ...answer, status: 'ok', http_status: 200 }
            : { ...answer, status: 'error', http_status: 403, error: 'Invalid token.' },
      }),
    );
    renderAt('/outputs', <OutputsPage />);
    const found = within(await card('splunk'));
    const button = await found.findByRole('button', { name: 'Send a test event' });
    fireEvent.click(button);
    expect(plain((await found.findByText(/was taken/)).parentElement?.textContent ?? '')).toContain(
      'HTTP 200 · 34 ms · 612 B',
    );
    expect(calls.find(({ path }) => path.endsWith('/test'))).toMatchObject({ method: 'POST', body: null });
    ok = false;
    await waitFor(() => expect(button).toHaveProperty('disabled', false));
    fireEvent.click(button);
    expect((await found.findByText(/was not taken/)).parentElement?.textContent).toContain('Invalid token.');
  });

  it('pauses one that runs, resumes one that is paused, and shows a refusal', async () => {
    const paused = outputOf({ name: 'hooks', type: 'webhook', paused: true, status: { state: 'paused' } });
    const calls = stubApi(
      routes({
        '/v1/outputs': { items: [outputOf(), paused] },
        [`${SPLUNK}/pause`]: json(503, { error: 'Not available', detail: 'The store is away.', code: 'UNAVAILABLE' }),
        '/v1/outputs/hooks/resume': { status: 'ok', output: paused },
      }),
    );
    renderAt('/outputs', <OutputsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Resume' }));
    await waitFor(() => expect(calls.some(({ path }) => path === '/v1/outputs/hooks/resume')).toBe(true));
    fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
    expect((await within(await card('splunk')).findByRole('alert')).textContent).toContain('The store is away.');
  });

  it('removes after asking only', async () => {
    const calls = stubApi(routes({ [SPLUNK]: { name: 'splunk', removed: true } }));
    renderAt('/outputs', <OutputsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Remove…' }));
    const dialog = await screen.findByRole('alertdialog', {}, SOON);
    expect(dialog.textContent).toContain('2 dead letters');
    expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(calls.find(({ method }) => method === 'DELETE')?.path).toBe(SPLUNK));
  });

  it('tells what a replay would be, and asks for more before it leaves events out', async () => {
    const bookmarks: Record<string, string> = { oldest: '0', '8000': '8000' };
    const calls = stubApi(
      routes({
        [`${SPLUNK}/replay`]: (call: Call) => {
          const { to } = JSON.parse(call.body ?? '{}');
          const bookmark = bookmarks[to] ?? '6000';
          return {
            status: 'ok',
            bookmark,
            bookmark_time: bookmark === '0' ? null : AT,
            events: 1500,
            output: outputOf(),
          };
        },
      }),
    );
    renderAt('/outputs', <OutputsPage />);
    fireEvent.click((await within(await card('splunk')).findAllByRole('button', { name: 'Replay…' }))[0]);
    const dialog = within(await screen.findByRole('dialog', {}, SOON));
    expect(plain((await dialog.findByText(/events/, { selector: 'b' })).textContent)).toBe('1 500 events');
    expect(dialog.getByText(/has them twice/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('radio', { name: 'Event id' }));
    fireEvent.change(dialog.getByRole('textbox', { name: 'Event id' }), { target: { value: '8000' } });
    const skip = await dialog.findByRole('button', { name: 'Skip to there' });
    expect(skip).toHaveProperty('disabled', true);
    fireEvent.click(dialog.getByRole('radio', { name: 'Oldest' }));
    fireEvent.click(await dialog.findByRole('button', { name: 'Replay' }));
    await waitFor(() => expect(dialog.getByRole('button', { name: 'Replay' })).toHaveProperty('disabled', false));
    fireEvent.click(dialog.getByRole('button', { name: 'Replay' }));
    await waitFor(() =>
      expect(calls.filter(({ body }) => body && !body.includes('dry_run')).map(({ body }) => body)).toEqual([
        '{"to":"oldest","skip":false}',
      ]),
    );
  });

  it('offers nothing that a reader may not do', async () => {
    stubApi(routes({ '/v1/whoami': { name: 'x', scopes: ['read'] } }));
    renderAt('/outputs', <OutputsPage />);
    await card('splunk');
    expect(screen.queryByRole('button', { name: /test|Pause|Replay|Edit|Remove|New/ })).toBeNull();
  });

  it('explains itself when there is none, with a button for each type', async () => {
    stubApi(routes({ '/v1/outputs': { items: [] } }));
    renderAt('/outputs', <OutputsPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Webhook' }));
    expect((await screen.findByRole('dialog', {}, SOON)).textContent).toContain('New output: Webhook');
  });

  it('opens the dead letters of the output in the address', async () => {
    stubApi(routes({ [`${SPLUNK}/dead-letters`]: { items: [letterOf()], next: null, total: 1 } }));
    renderAt('/outputs?row=splunk', <OutputsPage />);
    expect((await screen.findByRole('region', { name: 'Dead letters of splunk' })).textContent).toContain('1 event');
    fireEvent.click(screen.getByRole('button', { name: 'Close the dead letters' }));
    expect(window.location.search).not.toContain('row=');
  });
});

describe('names and lags', () => {
  it('offers known types in their order, and a name that is free', () => {
    expect(offered({ file: {}, other: {}, 'splunk-hec': {} })).toEqual(['splunk-hec', 'file', 'other']);
    expect(freeName('elastic-bulk', ['elastic', 'elastic-2'])).toBe('elastic-3');
  });

  it('keeps the newest sixty lags of what there is', () => {
    let history: ReadonlyMap<string, readonly number[]> = new Map([['gone', [1]]]);
    for (let events = 0; events < 70; events++)
      history = withSamples(history, [outputOf({ status: { lag: { events, seconds: 0 } } })]);
    expect([...history.keys()]).toEqual(['splunk']);
    expect(history.get('splunk')).toHaveLength(60);
    expect(history.get('splunk')?.at(-1)).toBe(69);
  });
});
