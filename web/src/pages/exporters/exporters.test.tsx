import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { collectorOf, exporterDetailOf, exporterOf, listenerOf } from '../../../test-support/exporters.ts';
import { json, renderAt, stubApi } from '../../../test-support/render.tsx';
import ExportersPage from './exporters.tsx';
import { isLocalOnly, lossText, portOf, samplingText, skewText } from './figures.ts';
import { exampleFor, portsOf, serverName } from './set-up.tsx';

const EDGE = '/v1/exporters/192.0.2.1';
const routes = (more: Record<string, unknown> = {}) => ({
  '/v1/collector': collectorOf(),
  '/v1/exporters': {
    items: [exporterOf(), exporterOf({ name: 'core', address: '192.0.2.2', conditions: [] })],
    total: 2,
  },
  [EDGE]: exporterDetailOf(),
  '/v1/whoami': { name: 'x', scopes: ['read', 'admin'] },
  ...more,
});

describe('the exporters page', () => {
  it('lists exporters with what is wrong', async () => {
    stubApi(routes());
    renderAt('/exporters', <ExportersPage />);
    const row = (await screen.findByRole('rowheader', { name: 'edge' })).closest('tr')!;
    const cells = within(row)
      .getAllByRole('cell')
      .map((cell) => cell.textContent);
    expect(cells.slice(0, 7)).toEqual([
      '192.0.2.1',
      'NetFlow 9, IPFIX',
      '1.23\u202fk',
      '1.3 %',
      '4',
      '1:512, 1:1000',
      '1 min ahead',
    ]);
    expect(cells[8]).toBe('! losing');
    expect(screen.getByText('2 exporters, 1 with conditions')).toBeTruthy();
    expect((screen.getByRole('rowheader', { name: 'core' }).closest('tr') as HTMLElement).textContent).toContain('ok');
    fireEvent.click(screen.getByRole('radio', { name: 'With conditions' }));
    expect(screen.queryByRole('rowheader', { name: 'core' })).toBeNull();
  });

  it('opens one with templates, sampling and interfaces, and leads to its events', async () => {
    stubApi(routes());
    renderAt('/exporters', <ExportersPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'edge' }));
    expect(new URLSearchParams(window.location.search).get('row')).toBe('192.0.2.1');
    const drawer = await screen.findByRole('complementary');
    await within(drawer).findByText('1.3 % lost on the way.');
    expect(drawer.textContent).toContain('firewall');
    expect(within(drawer).getByText('sourceIPv4Address, octetDeltaCount')).toBeTruthy();
    expect(within(drawer).getByRole('rowheader', { name: '1:1000' }).closest('tr')?.textContent).toContain(
      'options data',
    );
    const port = within(drawer).getByRole('rowheader', { name: '7' }).closest('tr')!;
    expect(port.textContent).toContain('xe-0 to the core');
    expect(port.textContent).toContain('up 1\u202fGb/s');
    expect(within(port).getByTitle(/90.% of its speed/).textContent).toBe('900\u202fMb/s');
    const filters = within(drawer)
      .getAllByRole('link')
      .map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get('q'));
    expect(filters).toEqual(['exporter = "edge"', 'exporter = "edge" and (input.if = 7 or output.if = 7)']);
  });

  it('opens from a link, and says when there is none', async () => {
    stubApi(routes({ [EDGE]: json(404, { error: 'Not found', detail: 'No exporter has sent.', code: 'NOT_FOUND' }) }));
    renderAt('/exporters?row=192.0.2.1', <ExportersPage />);
    expect((await screen.findByRole('alert')).textContent).toContain('No exporter has sent.');
  });

  it('forgets one after asking, where that is allowed', async () => {
    const calls = stubApi(routes());
    renderAt('/exporters?row=192.0.2.1', <ExportersPage />);
    fireEvent.click(await screen.findByRole('button', { name: 'Forget' }));
    // The dialog is loaded when it is first asked for.
    const dialog = await screen.findByRole('alertdialog', {}, { timeout: 20_000 });
    expect(calls.some((call) => call.method === 'DELETE')).toBe(false);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Forget' }));
    await waitFor(() => expect(calls.some((call) => call.method === 'DELETE' && call.path === EDGE)).toBe(true));
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
  });

  it('offers no such thing to readers', async () => {
    stubApi(routes({ '/v1/whoami': { name: 'x', scopes: ['read'] } }));
    renderAt('/exporters?row=192.0.2.1', <ExportersPage />);
    await screen.findByText('1.3 % lost on the way.');
    expect(screen.queryByRole('button', { name: 'Forget' })).toBeNull();
  });
});

describe('the listeners', () => {
  const render = (...listeners: ReturnType<typeof listenerOf>[]) => {
    stubApi(routes({ '/v1/collector': { listeners } }));
    renderAt('/exporters', <ExportersPage />);
  };

  it('are quiet when all is well', async () => {
    render(listenerOf());
    await screen.findByRole('rowheader', { name: '0.0.0.0:2055' });
    expect(screen.queryByText(/receive buffer/)).toBeNull();
    expect(screen.queryByText('Only this machine can send here')).toBeNull();
  });

  it('warn of a buffer that is too small, with the command that helps', async () => {
    render(listenerOf({ granted_buffer: 425_984, buffer_complete: false, kernel_drops: 1200 }));
    const notice = await screen.findByRole('alert');
    expect(notice.textContent).toContain('the kernel dropped 1\u202f200 datagrams');
    expect(notice.textContent).toContain('sudo sysctl -w net.core.rmem_max=8388608');
  });

  it('say what could not be opened, and when nobody else can reach them', async () => {
    render(
      listenerOf({ address: '127.0.0.1:2055' }),
      listenerOf({ address: '0.0.0.0:6343', error: '0.0.0.0:6343: address in use', buffer_complete: false }),
    );
    expect(await screen.findByText('0.0.0.0:6343: address in use')).toBeTruthy();
    expect(screen.getByText('Only this machine can send here')).toBeTruthy();
    expect(screen.queryByText(/smaller than asked/)).toBeNull();
  });

  it('may be none', async () => {
    render();
    await screen.findByText(/Flows are not received/);
  });
});

describe('while nothing has sent', () => {
  it('explains how to point a device here', async () => {
    stubApi(routes({ '/v1/exporters': { items: [], total: 0 } }));
    renderAt('/exporters', <ExportersPage />);
    await screen.findByText('Nothing has sent flows yet');
    expect(screen.getByText(/flow exporter VEDETTE/)).toBeTruthy();
    fireEvent.click(screen.getByRole('radio', { name: 'softflowd' }));
    expect(screen.getByText(/^softflowd -i eth0 -v 9 -n .*:2055 -t maxlife=60$/)).toBeTruthy();
  });

  it('names the ports that are listened on', () => {
    const usual = portsOf([listenerOf(), listenerOf({ address: '[::]:6343' })]);
    expect(usual).toEqual({ netflow: '2055', ipfix: '2055', sflow: '6343' });
    expect(portsOf([listenerOf({ address: '0.0.0.0:9995' })])).toEqual({
      netflow: '9995',
      ipfix: '9995',
      sflow: '9995',
    });
    expect(portsOf([listenerOf({ error: 'x' })])).toEqual({ netflow: '2055', ipfix: '4739', sflow: '6343' });
    for (const device of ['cisco', 'juniper', 'mikrotik', 'softflowd', 'hsflowd'] as const)
      expect(exampleFor(device, '192.0.2.250', usual)).toContain('192.0.2.250');
  });
});

describe('figures of exporters', () => {
  it.each([
    [lossText(null), '–'],
    [lossText(0), '0 %'],
    [lossText(0.004), '<0.01 %'],
    [lossText(12.345), '12 %'],
    [skewText(null), '–'],
    [skewText(-0.2), 'exact'],
    [skewText(7200), '2 h behind'],
    [samplingText([]), '–'],
    [portOf('[::1]:6343'), '6343'],
    [serverName('localhost'), 'SERVER-ADDRESS'],
    [serverName('[2001:db8::1]'), '2001:db8::1'],
    [isLocalOnly('[::1]:6343'), true],
    [isLocalOnly('0.0.0.0:2055'), false],
  ])('%s', (said, expected) => expect(said).toBe(expected));
});
