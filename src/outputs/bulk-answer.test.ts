import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkItems, requestError } from './bulk-answer.ts';

const create = (...items: object[]) => JSON.stringify({ errors: true, items: items.map((item) => ({ create: item })) });

describe('bulkItems', () => {
  it('reads one item a document', () => {
    const error = { type: 'document_parsing_exception', reason: 'failed to parse', caused_by: { reason: 'no IP' } };
    const text = create(
      { status: 201 },
      { status: 400, error },
      { status: 201, failure_store: 'used' },
      { status: 429 },
    );
    expect(bulkItems(text, 4)).toEqual([
      { status: 201, type: '', reason: '', setAside: false },
      { status: 400, type: error.type, reason: 'failed to parse (no IP)', setAside: false },
      { status: 201, type: '', reason: '', setAside: true },
      { status: 429, type: '', reason: '', setAside: false },
    ]);
  });

  it.each([
    ['', 1],
    ['<html>', 1],
    ['[]', 1],
    ['null', 1],
    ['{}', 1],
    ['{"errors":false}', 1],
    ['{"errors":false,"items":{}}', 0],
    ['{"items":[]}', 1],
    ['{"items":[{}]}', 1],
    ['{"items":[1]}', 1],
    ['{"items":[{"create":1}]}', 1],
    ['{"items":[{"create":{"status":"201"}}]}', 1],
    [create({ status: 201 }), 2],
    [create({ status: 201 }, { status: 201 }), 1],
    [create({ status: 201 }).slice(0, -1), 1],
  ])('cannot read %j for %d', (text, sent) => {
    expect(bulkItems(text, sent)).toBeUndefined();
  });

  it('throws for no text, and never reads an answer that is not whole', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.nat(3), (text, sent) => {
        const items = bulkItems(text, sent);
        if (items) expect(items).toHaveLength(sent);
        expect(requestError(text).reason).toBeTypeOf('string');
      }),
    );
    const whole = create({ status: 201 }, { status: 409 });
    for (let end = 0; end < whole.length; end++) expect(bulkItems(whole.slice(0, end), 2)).toBeUndefined();
  });
});

it.each([
  ['{"error":{"root_cause":[],"type":"a","reason":"b"},"status":400}', 'a', 'b'],
  ['{"error":{"type":"a","reason":null}}', 'a', ''],
  ['{"error":{"type":"a","reason":{"x":1}}}', 'a', '{"x":1}'],
  ['{"error":"No handler found","status":400}', '', 'No handler found'],
  ['{"message":"Forbidden"}', '', '{"message":"Forbidden"}'],
  ['<h1>Bad Gateway', '', '<h1>Bad Gateway'],
  ['', '', ''],
])('reads the error of a request: %s', (text, type, reason) => {
  expect(requestError(text)).toEqual({ type, reason });
});
