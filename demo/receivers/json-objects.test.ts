import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonObjects } from './json-objects.ts';

it.each([
  ['', []],
  ['{"a":1}', [{ a: 1 }]],
  ['{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
  ['{"a":1}{"a":2} {"a":"}{"}', [{ a: 1 }, { a: 2 }, { a: '}{' }]],
  ['{"a":"\\"}"}{}', [{ a: '"}' }, {}]],
  ['{\n "a": [1,\n 2]\n}', [{ a: [1, 2] }]],
  ['{"a":1}{"a":', [{ a: 1 }, undefined]],
  ['{"a":1} x {"a":2}', [{ a: 1 }, undefined]],
  ['nonsense', [undefined]],
])('reads %j', (text, objects) => {
  expect(jsonObjects(text)).toEqual(objects);
});

it('reads what was written, whatever stands between', () => {
  const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 });
  fc.assert(
    fc.property(objects, fc.constantFrom('', '\n', ' ', '\r\n'), (list, between) => {
      const text = list.map((object) => JSON.stringify(object)).join(between);
      expect(jsonObjects(text)).toEqual(JSON.parse(`[${list.map((object) => JSON.stringify(object)).join(',')}]`));
    }),
  );
});
