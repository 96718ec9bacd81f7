import { expect, it } from 'vitest';
import { filterPath } from './filter-path.ts';

const ANSWER = {
  took: 3,
  errors: false,
  items: [
    { create: { _id: '1', status: 201 } },
    { create: { _id: '2', status: 400, error: { type: 'a', reason: 'b', caused_by: { type: 'c', reason: 'd' } } } },
  ],
};

it.each<[string, unknown]>([
  ['errors', { errors: false }],
  ['took,errors', { took: 3, errors: false }],
  ['items.*.status', { items: [{ create: { status: 201 } }, { create: { status: 400 } }] }],
  ['items.create.error.type', { items: [{ create: { error: { type: 'a' } } }] }],
  [
    'items.*.status,items.*.error.caused_by.reason',
    { items: [{ create: { status: 201 } }, { create: { status: 400, error: { caused_by: { reason: 'd' } } } }] },
  ],
  ['items', { items: ANSWER.items }],
  ['item', {}],
  ['errors.more', {}],
])('leaves of an answer what %s asks for', (filter, left) => {
  expect(filterPath(ANSWER, filter)).toEqual(left);
});
