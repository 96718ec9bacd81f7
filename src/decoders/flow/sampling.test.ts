import { describe, expect, it } from 'vitest';
import {
  FLOW,
  flow,
  message9,
  message10,
  options9,
  options10,
  type Spec,
  set,
  template,
  u,
} from './fixtures/messages.ts';
import { NOW, Receiver } from './fixtures/receiver.ts';

const FLOWS = template(256, ...FLOW);
/** Flows with the sampler (v9) or selector (IPFIX) that took them. */
const SAMPLED = template(258, ...FLOW, [48, 1]);
const SELECTED = template(258, ...FLOW, [302, 8]);
const DOMAIN: Spec = [149, 4];

/** Tells options with these fields and answers the rate that a flow without a sampler gets then, 1 for none. */
function rateAfter(receiver: Receiver, fields: readonly Spec[], ...values: readonly Uint8Array[]): unknown {
  receiver.send(message10({}, set(3, options10(300, [DOMAIN], fields)), set(300, u(0, 4), ...values)));
  const [row] = receiver.send(message10({}, set(2, FLOWS), set(256, flow(1, 1000, 10))));
  const rate = Number(row.sampling ?? 1);
  expect(row).toMatchObject({ bytes: 1000 * rate, packets: 10 * rate });
  return rate;
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

describe('rule 11: sampling of the whole exporter', () => {
  it.each<[string, readonly Spec[], readonly Uint8Array[], number]>([
    [
      'the interval 34',
      [
        [34, 4],
        [35, 1],
      ],
      [u(512, 4), u(2, 1)],
      512,
    ],
    ['the random interval 50', [[50, 4]], [u(64, 4)], 64],
    [
      'packets taken and left out, 305 and 306',
      [
        [304, 2],
        [305, 4],
        [306, 4],
      ],
      [u(1, 2), u(1, 4), u(999, 4)],
      1000,
    ],
    [
      'several packets in a row',
      [
        [305, 4],
        [306, 4],
      ],
      [u(10, 4), u(990, 4)],
      100,
    ],
    [
      'a rate that is no whole number',
      [
        [305, 4],
        [306, 4],
      ],
      [u(3, 4), u(7, 4)],
      3,
    ],
    ['an interval 305 alone', [[305, 4]], [u(128, 4)], 128],
    [
      'size and population, 309 and 310',
      [
        [309, 4],
        [310, 4],
      ],
      [u(2, 4), u(3000, 4)],
      1500,
    ],
    ['a probability 311', [[311, 8]], [float64(0.001)], 1000],
    ['a probability of four bytes', [[311, 4]], [u(0x3c000000, 4)], 128],
    ['an interval of zero, which is none', [[34, 4]], [u(0, 4)], 1],
    [
      'a population of less than the size',
      [
        [309, 4],
        [310, 4],
      ],
      [u(10, 4), u(2, 4)],
      1,
    ],
    [
      'zeros where another method is used',
      [
        [34, 4],
        [50, 4],
        [305, 4],
        [306, 4],
        [309, 4],
        [310, 4],
      ],
      [u(0, 4), u(0, 4), u(0, 4), u(0, 4), u(1, 4), u(50, 4)],
      50,
    ],
    ['a probability of zero', [[311, 8]], [float64(0)], 1],
    ['a probability that is no number', [[311, 8]], [float64(Number.NaN)], 1],
    ['a rate past 32 bits', [[34, 8]], [u(2 ** 40, 8)], 1],
  ])('reads %s', (_, fields, values, rate) => {
    expect(rateAfter(new Receiver(), fields, ...values)).toBe(rate);
  });

  it('lets the newest word count, that there is none too', () => {
    const receiver = new Receiver();
    for (const rate of [10, 1000, 0, 20]) expect(rateAfter(receiver, [[34, 4]], u(rate, 4))).toBe(Math.max(1, rate));
  });

  it('keeps the rate of each domain', () => {
    const receiver = new Receiver();
    const options = options10(300, [DOMAIN], [[34, 4]]);
    for (const domain of [1, 2])
      receiver.send(message10({ domain }, set(3, options), set(2, FLOWS), set(300, u(domain, 4), u(domain * 100, 4))));
    for (const domain of [1, 2])
      expect(receiver.send(message10({ domain }, set(256, flow(1))))).toMatchObject([{ sampling: domain * 100 }]);
  });

  it('keeps what is said about another domain for that one', () => {
    const receiver = new Receiver();
    const options = options10(300, [DOMAIN], [[34, 4]]);
    receiver.send(message10({ domain: 7 }, set(2, FLOWS)));
    receiver.send(
      message10({ domain: 1 }, set(3, options), set(2, FLOWS), set(300, u(1, 4), u(100, 4), u(7, 4), u(700, 4))),
    );
    expect(receiver.send(message10({ domain: 7 }, set(256, flow(1))))).toMatchObject([{ sampling: 700 }]);
    expect(receiver.send(message10({ domain: 1 }, set(256, flow(1))))).toMatchObject([{ sampling: 100 }]);
  });

  it('falls back on another domain of the exporter, then on what is configured', () => {
    const receiver = new Receiver({ settings: { samplingDefault: 30 } });
    receiver.send(message9({ source: 1 }, set(0, FLOWS)));
    expect(receiver.send(message9({ source: 1 }, set(256, flow(1))))).toMatchObject([{ sampling: 30 }]);
    expect(receiver.exporter.report().sampling).toMatchObject([{ domain: 1, rate: 30, from: 'configured' }]);
    receiver.send(message9({ source: 2 }, set(1, options9(300, [[1, 4]], [[34, 4]])), set(300, u(0, 4), u(40, 4))));
    expect(receiver.send(message9({ source: 1 }, set(256, flow(1))))).toMatchObject([{ sampling: 40 }]);
  });
});

describe('rule 11: samplers and selectors', () => {
  const samplers = options9(
    300,
    [[1, 4]],
    [
      [48, 1],
      [49, 1],
      [50, 4],
    ],
  );

  it('give each record the rate of the sampler that it names', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(1, samplers), set(0, SAMPLED, FLOWS)));
    receiver.send(message9({}, set(300, u(0, 4), u(1, 1), u(2, 1), u(100, 4), u(0, 4), u(2, 1), u(2, 1), u(200, 4))));
    const rows = receiver.send(
      message9({}, set(258, flow(1), u(1, 1), flow(2), u(2, 1), flow(3), u(9, 1)), set(256, flow(4))),
    );
    // Of two samplers neither counts for a record that names none, or one that is not known.
    expect(rows.map(({ sampling = 0 }) => sampling)).toEqual([100, 200, 0, 0]);
    expect(receiver.exporter.report().sampling).toMatchObject([
      { selector: 1, rate: 100, from: 'options', last_seen: NOW },
      { selector: 2, rate: 200, from: 'options', last_seen: NOW },
    ]);
  });

  it('count for records that name none when there is only one', () => {
    const receiver = new Receiver();
    receiver.send(message9({}, set(1, samplers), set(0, FLOWS), set(300, u(0, 4), u(1, 1), u(2, 1), u(100, 4))));
    expect(receiver.send(message9({}, set(256, flow(1))))).toMatchObject([{ sampling: 100 }]);
  });

  it('are known by selectorId with every way to tell a rate', () => {
    const receiver = new Receiver();
    const systematic = options10(
      300,
      [[302, 8]],
      [
        [304, 2],
        [305, 4],
        [306, 4],
      ],
    );
    const random = options10(
      301,
      [[302, 8]],
      [
        [304, 2],
        [309, 4],
        [310, 4],
      ],
    );
    receiver.send(message10({}, set(2, SELECTED), set(3, systematic, random)));
    receiver.send(
      message10({}, set(300, u(5, 8), u(1, 2), u(1, 4), u(99, 4)), set(301, u(6, 8), u(3, 2), u(1, 4), u(400, 4))),
    );
    const rows = receiver.send(message10({}, set(258, flow(1), u(5, 8), flow(2), u(6, 8))));
    expect(rows).toMatchObject([
      { sampling: 100, bytes: 100_000 },
      { sampling: 400, bytes: 400_000 },
    ]);
  });

  it('may be described under another domain', () => {
    const receiver = new Receiver();
    receiver.send(
      message9(
        { source: 1 },
        set(1, samplers),
        set(300, u(0, 4), u(1, 1), u(2, 1), u(100, 4), u(0, 4), u(2, 1), u(2, 1), u(50, 4)),
      ),
    );
    expect(receiver.send(message9({ source: 2 }, set(0, SAMPLED), set(258, flow(1), u(2, 1))))).toMatchObject([
      { sampling: 50 },
    ]);
  });
});

describe('a configured rate', () => {
  it('beats options, samplers and what the record says', () => {
    const receiver = new Receiver({ settings: { samplingOverride: 7, samplingDefault: 3 } });
    receiver.send(
      message9(
        {},
        set(
          1,
          options9(
            300,
            [[1, 4]],
            [
              [48, 1],
              [50, 4],
            ],
          ),
        ),
        set(300, u(0, 4), u(1, 1), u(100, 4)),
      ),
    );
    const fields = template(256, ...FLOW, [48, 1], [34, 4]);
    const rows = receiver.send(message9({}, set(0, fields), set(256, flow(1), u(1, 1), u(2000, 4))));
    expect(rows).toMatchObject([{ sampling: 7, bytes: 7000 }]);
    expect(receiver.exporter.report().sampling).toContainEqual({
      protocol: 'netflow9',
      domain: 0,
      selector: null,
      rate: 7,
      from: 'configured',
      last_seen: NOW,
    });
  });

  it('gives way to what the record says when it is a default', () => {
    const receiver = new Receiver({ settings: { samplingDefault: 3 } });
    const rows = receiver.send(message9({}, set(0, template(256, ...FLOW, [34, 4])), set(256, flow(1), u(2000, 4))));
    expect(rows).toMatchObject([{ sampling: 2000 }]);
  });
});
