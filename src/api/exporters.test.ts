import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asAdmin, serverOf, World } from '../../test/fakes/api.ts';
import { exporterReport } from '../../test/fakes/exporters.ts';
import type { InterfaceCounters } from '../model/exporter.ts';
import type { ExporterView } from '../model/exporter-view.ts';
import type { App } from './context.ts';
import {
  collectorAnswer,
  exporterDetail,
  exportersAnswer,
  forgottenAnswer,
  interfacesAnswer,
} from './schemas/exporter.ts';

const SEEN = Date.UTC(2026, 10, 20, 12);
const ISO = '2026-11-20T12:00:00.000Z';

const counters: InterfaceCounters = {
  at: SEEN * 1000,
  speed: 1e9,
  up: true,
  in_octets: 2 ** 40,
  out_octets: null,
  in_packets: 7,
  out_packets: 8,
  in_errors: 0,
  out_errors: 0,
  in_discards: 0,
  out_discards: 1,
};
const sampler = { protocol: 'netflow9' as const, domain: 0, from: 'options' as const, last_seen: SEEN * 1000 };

function view(more: Partial<ExporterView> = {}): ExporterView {
  return {
    ...exporterReport(SEEN, { datagrams: 40, flows: 1000, lost: 3 }),
    datagrams_per_second: 0.5,
    flows_per_second: 12.5,
    loss_percent: 7.5,
    conditions: [{ code: 'losing', since: SEEN * 1000 + 1, text: '7.5 % lost.' }],
    templates: [
      {
        protocol: 'netflow9',
        domain: 0,
        id: 256,
        kind: 'data',
        fields: ['sourceIPv4Address', '9/1001'],
        record_bytes: 8,
        first_seen: SEEN * 1000,
        last_seen: SEEN * 1000,
        records: 1000,
      },
    ],
    sampling: [
      { ...sampler, selector: 2, rate: 1000 },
      { ...sampler, selector: 1, rate: 512 },
      { ...sampler, selector: null, rate: 1000 },
    ],
    interfaces: [
      { index: 1, name: 'uplink', description: '', named_by: 'configured', counters, in_bps: 9e6, out_bps: null },
      { index: 2, name: '', description: '', named_by: '', counters: null, in_bps: null, out_bps: null },
    ],
    ...more,
  };
}

let world: World;
let app: App;

beforeEach(async () => {
  world = new World();
  world.exporters = [view(), view({ address: '2001:db8::7', name: 'six', conditions: [], templates: [] })];
  world.collector = {
    listeners: [
      {
        address: '0.0.0.0:2055',
        error: null,
        asked_buffer: 8_388_608,
        granted_buffer: 212_992,
        buffer_complete: false,
        datagrams: 40,
        bytes: 56_000,
        kernel_drops: null,
        refused: 2,
        limited: 0,
        queue_drops: 1,
      },
    ],
  };
  app = await serverOf(world);
});
afterEach(() => app.close());

const get = async (url: string, headers: Record<string, string> = asAdmin) => app.inject({ url, headers });
const remove = async (url: string, headers: Record<string, string> = asAdmin) =>
  app.inject({ method: 'DELETE', url, headers });

describe('exporters', () => {
  it('are listed with their figures, without what is long', async () => {
    const answer = exportersAnswer.strict().parse((await get('/v1/exporters')).json());
    expect(answer.total).toBe(2);
    expect(answer.items[0]).toMatchObject({
      address: '192.0.2.1',
      name: 'edge',
      protocols: ['netflow9'],
      first_seen: ISO,
      last_seen: ISO,
      flows_per_second: 12.5,
      loss_percent: 7.5,
      clock_skew: 0.1,
      counts: { flows: 1000, lost: 3 },
      conditions: [{ code: 'losing', since: '2026-11-20T12:00:00.000001Z', text: '7.5 % lost.' }],
      templates: 1,
      sampling: [512, 1000],
      interfaces: 2,
    });
  });

  it.each([
    ['losing', ['edge']],
    ['any', ['edge']],
    ['silent', []],
  ])('are chosen by condition: %s', async (condition, names) => {
    const { items, total } = (await get(`/v1/exporters?condition=${condition}`)).json();
    expect(items.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(total).toBe(2);
  });

  it('are shown whole', async () => {
    const answer = exporterDetail.strict().parse((await get('/v1/exporters/192.0.2.1')).json());
    expect(answer.templates[0]).toEqual({
      protocol: 'netflow9',
      domain: 0,
      id: 256,
      kind: 'data',
      fields: ['sourceIPv4Address', '9/1001'],
      record_bytes: 8,
      first_seen: ISO,
      last_seen: ISO,
      records: 1000,
    });
    expect(answer.sampling[0]).toEqual({ ...sampler, selector: 2, rate: 1000, last_seen: ISO });
    expect(answer.interfaces[0]).toMatchObject({
      name: 'uplink',
      in_bps: 9e6,
      counters: { at: ISO, in_octets: 2 ** 40 },
    });
    const six = await get(`/v1/exporters/${encodeURIComponent('2001:DB8:0::7')}`);
    expect(six.json()).toMatchObject({ address: '2001:db8::7', name: 'six' });
    expect((await get('/v1/exporters/::ffff:192.0.2.1')).json().address).toBe('192.0.2.1');
  });

  it('have interfaces', async () => {
    const answer = interfacesAnswer.strict().parse((await get('/v1/exporters/192.0.2.1/interfaces')).json());
    expect(answer).toMatchObject({ address: '192.0.2.1', name: 'edge', items: [{ index: 1 }, { counters: null }] });
  });

  it('are forgotten by administrators, who are written down', async () => {
    world.addKey('reader', { scopes: ['read'] });
    expect((await remove('/v1/exporters/192.0.2.1', { 'x-api-key': 'reader' })).statusCode).toBe(403);
    const answer = await remove('/v1/exporters/192.0.2.1');
    expect(forgottenAnswer.strict().parse(answer.json())).toEqual({ address: '192.0.2.1', removed: true });
    expect((await remove('/v1/exporters/192.0.2.1')).statusCode).toBe(404);
    expect((await get('/v1/exporters/192.0.2.1')).statusCode).toBe(404);
    expect(world.audited).toMatchObject([{ actor: 'env:1', action: 'exporter.forget', target: '192.0.2.1' }]);
  });

  it.each([
    ['/v1/exporters?condition=sad', 400, 'INVALID_PARAMETER'],
    ['/v1/exporters/edge', 400, 'INVALID_ADDRESS'],
    ['/v1/exporters/192.0.2.9', 404, 'NOT_FOUND'],
    ['/v1/exporters/192.0.2.9/interfaces', 404, 'NOT_FOUND'],
  ])('%s answers %d', async (url, status, code) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  it('are none where flows are not collected', async () => {
    const plain = await serverOf(new World());
    const ask = async (url: string) => plain.inject({ url, headers: asAdmin });
    expect((await ask('/v1/exporters')).json()).toEqual({ items: [], total: 0 });
    expect((await ask('/v1/exporters/192.0.2.1')).statusCode).toBe(404);
    expect((await ask('/v1/collector')).json()).toEqual({ listeners: [] });
    await plain.close();
  });
});

describe('the collector', () => {
  it('shows its sockets', async () => {
    const answer = collectorAnswer.strict().parse((await get('/v1/collector')).json());
    expect(answer).toEqual(world.collector);
    expect((await get('/v1/collector', {})).statusCode).toBe(401);
  });
});
