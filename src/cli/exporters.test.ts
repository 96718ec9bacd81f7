import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, type FakeServer, fakeServer, vedette } from '../../test/support/cli.ts';
import { span } from './exporter-card.ts';

let server: FakeServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(argv: readonly string[], answer: Answer) {
  server = await fakeServer(() => answer);
  return vedette(argv, { env: { VEDETTE_SERVER: server.url } });
}

const now = Date.now();
const counts = {
  datagrams: 4812,
  bytes: 5_000_000,
  flows: 96_240,
  options: 0,
  counter_samples: 0,
  lost: 17,
  reordered: 2,
  duplicates: 1,
  restarts: 0,
  malformed: 0,
  without_template: 3,
  limited: 0,
};
const edge = {
  address: '192.0.2.1',
  name: 'edge',
  protocols: ['netflow9', 'ipfix'],
  first_seen: '2026-11-20T11:00:00.000Z',
  last_seen: new Date(now - 1_800_000).toISOString(),
  datagrams_per_second: 1.25,
  flows_per_second: 1234.567,
  loss_percent: 1.2345,
  clock_skew: -90.4,
  counts,
  conditions: [{ code: 'losing', since: '2026-11-20T11:58:00.000Z', text: '1.2 % lost on the way.' }],
};
const quiet = {
  ...edge,
  name: 'qu\u001biet',
  address: '2001:db8::7',
  loss_percent: null,
  clock_skew: null,
  conditions: [],
};
const list = {
  items: [
    { ...edge, templates: 4, sampling: [512, 1000], interfaces: 2 },
    { ...quiet, templates: 0, sampling: [], interfaces: 0 },
  ],
  total: 2,
};
const detail = {
  ...edge,
  templates: [
    {
      protocol: 'netflow9',
      domain: 0,
      id: 256,
      kind: 'data',
      fields: ['sourceIPv4Address', 'octetDeltaCount'],
      record_bytes: 8,
      first_seen: edge.first_seen,
      last_seen: edge.last_seen,
      records: 96_240,
    },
  ],
  sampling: [{ protocol: 'netflow9', domain: 0, selector: null, rate: 1000, from: 'options', last_seen: '' }],
  interfaces: [
    {
      index: 7,
      name: 'xe-0',
      description: 'to the core',
      named_by: 'options',
      counters: null,
      in_bps: 9.1e6,
      out_bps: null,
    },
  ],
};

describe('exporters', () => {
  it('are listed, with the number that is not well', async () => {
    const { exit, out, err } = await ask(['exporters', '--condition', 'any'], { body: list });
    expect(exit).toBe(0);
    expect([server!.seen[0].path, server!.seen[0].query.get('condition')]).toEqual(['/v1/exporters', 'any']);
    const [head, first, second] = out.split('\n');
    expect(head.split(/ {2,}/)).toEqual([
      'name',
      'address',
      'protocols',
      'flows/s',
      'loss',
      'templates',
      'sampling',
      'clock',
      'last seen',
      'conditions',
    ]);
    expect(first.split(/ {2,}/)).toEqual([
      'edge',
      '192.0.2.1',
      'netflow9 ipfix',
      '1,230',
      '1.2 %',
      '4',
      '512 1000',
      '-90 s',
      '30 min ago',
      'losing',
    ]);
    expect(second).toMatch(/^qu\?iet +2001:db8::7 .* - +0 +- +- +30 min ago$/);
    expect(err).toBe('2 of 2 exporters; 1 with conditions, vedette exporters ADDRESS explains\n');
  });

  it('are data for programs', async () => {
    const { out, err } = await ask(['exporters', '--json'], { body: list });
    expect([JSON.parse(out), err]).toEqual([list.items, '']);
    const csv = await ask(['exporters', '-o', 'csv', '--fields', 'name,counts.lost'], { body: list });
    expect(csv.out.split('\r\n')[1]).toBe('edge,17');
  });

  it('says where to read on when there are none', async () => {
    const { exit, err } = await ask(['exporters'], { body: { items: [], total: 0 } });
    expect([exit, err]).toEqual([
      0,
      'Nothing has sent flows yet. docs/25-collect-flows.md says how to point a router here.\n',
    ]);
  });

  it('are shown one by one', async () => {
    const { exit, out } = await ask(['exporters', '2001:db8::1'], { body: detail });
    expect([exit, server!.seen[0].path]).toEqual([0, '/v1/exporters/2001%3Adb8%3A%3A1']);
    expect(out.split('\n')).toEqual([
      'edge   192.0.2.1   netflow9 ipfix   losing',
      '  ! 1.2 % lost on the way. since 2026-11-20T11:58:00.000Z',
      '  last seen 30 min ago, first 2026-11-20T11:00:00.000Z',
      '  1234.567 flows/s in 1.25 datagrams/s over the last minute',
      '  96,240 flows in 4,812 datagrams (5 MB) since the start',
      '  lost 17, reordered 2, twice 1, restarts 0',
      '  malformed 0, without template 3, over the limit 0',
      '  its clock is 90 s ahead',
      '',
      'sampling  from     protocol  domain  selector',
      '1:1000    options  netflow9       0         -',
      '',
      'template  kind  protocol  domain  records  refreshed   fields',
      '     256  data  netflow9       0   96,240  30 min ago  sourceIPv4Address octetDeltaCount',
      '',
      'interface  name  description          in  out',
      '        7  xe-0  to the core  9.1 Mbit/s    -',
      '',
    ]);
    const json = await ask(['exporters', '192.0.2.1', '-o', 'json'], { body: detail });
    expect(JSON.parse(json.out)).toEqual(detail);
  });

  it('refuses a condition that there is not, and passes on what the server says', async () => {
    expect(await ask(['exporters', '--condition', 'sad'], { body: {} })).toMatchObject({ exit: 2 });
    const body = { detail: 'No exporter has sent anything from 192.0.2.9.', code: 'NOT_FOUND' };
    const { exit, err } = await ask(['exporters', '192.0.2.9'], { status: 404, body });
    expect(exit).toBe(4);
    expect(err).toContain('No exporter has sent anything from 192.0.2.9.');
  });

  it.each([
    [-5, '0 s'],
    [150, '0.15 s'],
    [90_400, '90 s'],
    [7_199_000, '120 min'],
    [7_200_000, '2 h'],
    [200_000_000, '2 d'],
  ])('says %d ms as %s', (given, said) => expect(span(given)).toBe(said));
});
