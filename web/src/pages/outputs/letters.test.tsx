import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { letterOf, outputOf } from '../../../test-support/outputs.ts';
import { type Call, renderAt, stubApi } from '../../../test-support/render.tsx';
import { Toasts } from '../../widgets/toast.tsx';
import { replayedText } from './letter-actions.ts';
import { readable } from './letter-drawer.tsx';
import { LettersPanel } from './letters-panel.tsx';

const PATH = '/v1/outputs/splunk/dead-letters';
const [FIRST, SECOND] = [letterOf(), letterOf({ id: 'b2', event_id: '6991', code: 'HTTP_413', reason: 'Too large.' })];

function show(more: Record<string, unknown> = {}, mayChange = true): Call[] {
  const calls = stubApi({
    [PATH]: (call: Call) => {
      if (call.method === 'DELETE') return { purged: 1 };
      if (call.query.has('before')) return { items: [SECOND], next: null, total: 2 };
      return { items: [FIRST, SECOND], next: 'b2', total: 2 };
    },
    [`${PATH}/replay`]: { delivered: 1, refused: 0, missing: 0, left: 0, next: null },
    [`${PATH}/${FIRST.id}`]: { ...FIRST, original: '{"time":1}' },
    ...more,
  });
  renderAt(
    '/outputs',
    <>
      <LettersPanel output={outputOf()} mayChange={mayChange} onClose={() => {}} />
      <Toasts />
    </>,
  );
  return calls;
}
const button = (name: string) => screen.findByRole('button', { name });

describe('dead letters of an output', () => {
  it('lists them, each with a link to its event', async () => {
    show();
    const link = new URL((await screen.findByRole('link', { name: '6990' })).getAttribute('href') ?? '', 'http://x');
    expect([link.pathname, link.searchParams.get('row')]).toEqual(['/events', '6990']);
    expect(screen.getByText('HTTP_413', { selector: 'code' })).toBeTruthy();
  });

  it('shows what was sent', async () => {
    show();
    fireEvent.click(await button('Invalid data format.'));
    const drawer = within(await screen.findByRole('complementary'));
    expect((await drawer.findByText(/"time": 1/)).textContent).toBe('{\n  "time": 1\n}');
    expect(readable('<14>1 - CEF:0|x')).toBe('<14>1 - CEF:0|x');
  });

  it('replays the selected ones', async () => {
    const calls = show();
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Select event 6991' }));
    fireEvent.click(await button('Replay 1 selected'));
    await screen.findByText('1 delivered.');
    expect(calls.find(({ method }) => method === 'POST')?.body).toBe('{"ids":["b2"]}');
  });

  it('replays all, in as many requests as it takes', async () => {
    const answers = [
      { delivered: 1000, refused: 2, missing: 0, left: 0, next: 'c3' },
      { delivered: 5, refused: 0, missing: 1, left: 0, next: null },
    ];
    const calls = show({ [`${PATH}/replay`]: () => answers.shift() });
    fireEvent.click(await button('Replay all'));
    await screen.findByText(/^1.005 delivered, 2 refused again, 1 stored no more\.$/);
    expect(calls.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual(['{}', '{"before":"c3"}']);
  });

  it('filters by code, and purges only those then, after asking', async () => {
    const calls = show();
    await button('Purge all');
    fireEvent.change(screen.getByRole('combobox', { name: 'Code' }), { target: { value: 'HTTP_413' } });
    await waitFor(() => expect(calls.some(({ query }) => query.get('code') === 'HTTP_413')).toBe(true));
    fireEvent.click(await button('Purge all with HTTP_413'));
    const dialog = within(await screen.findByRole('alertdialog', {}, { timeout: 20_000 }));
    expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
    fireEvent.click(dialog.getByRole('button', { name: 'Purge' }));
    await waitFor(() => expect(calls.find(({ method }) => method === 'DELETE')?.query.get('code')).toBe('HTTP_413'));
    expect(calls.find(({ method }) => method === 'DELETE')?.query.has('all')).toBe(false);
  });

  it('says that all are meant, or names those that are', async () => {
    const calls = show();
    const purge = async (name: string) => {
      fireEvent.click(await button(name));
      const dialog = within(await screen.findByRole('alertdialog', {}, { timeout: 20_000 }));
      fireEvent.click(dialog.getByRole('button', { name: 'Purge' }));
    };
    await purge('Purge all');
    await waitFor(() => expect(calls.filter(({ method }) => method === 'DELETE')).toHaveLength(1));
    await waitFor(async () => expect(await button('Purge all')).toHaveProperty('disabled', false));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select all that are shown' }));
    await purge('Purge 2 selected');
    await waitFor(() => expect(calls.filter(({ method }) => method === 'DELETE')).toHaveLength(2));
    const [all, some] = calls.filter(({ method }) => method === 'DELETE');
    expect([all.query.get('all'), all.body]).toEqual(['true', null]);
    expect([some.query.get('all'), some.body]).toEqual([null, `{"ids":["${FIRST.id}","b2"]}`]);
  });

  it('turns pages', async () => {
    const calls = show();
    fireEvent.click(await button('Older'));
    await waitFor(() => expect(screen.queryByText('6990')).toBeNull());
    expect(calls.at(-1)?.query.get('before')).toBe('b2');
    fireEvent.click(await button('Newer'));
    await screen.findByText('6990');
  });

  it('offers a reader nothing to change', async () => {
    show({}, false);
    await screen.findByText('6990');
    expect(screen.queryByRole('checkbox')).toBeNull();
    expect(screen.queryByRole('button', { name: /Replay|Purge/ })).toBeNull();
  });

  it('says what became of each', () => {
    expect(replayedText({ delivered: 0, refused: 0, missing: 0, left: 4 })).toContain('4 not tried');
  });
});
