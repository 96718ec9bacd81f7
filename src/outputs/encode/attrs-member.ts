import type { AttrsReader } from './attrs-reader.ts';
import type { Write } from './json-field.ts';

/**
 * What a value must be to be taken over. `digits` makes a string of a whole number; `path` and `query` are the parts
 * of the target of an HTTP request.
 */
export type MemberShape = 'text' | 'whole' | 'digits' | 'flag' | 'path' | 'query';

const WHOLE = /^\d{1,15}$/;

/**
 * Writes a member of `attrs` in the bytes it has there, or fields it out when it is of another shape: senders fill
 * `attrs`, and a receiver refuses an event for one field of the wrong type.
 */
export function memberWriter(attrs: AttrsReader, index: number, shape: MemberShape): Write {
  const take = TAKERS[shape];
  return () => {
    const json = attrs.member(index);
    return json === '' ? '' : take(json);
  };
}

const TAKERS: Readonly<Record<MemberShape, (json: string) => string>> = {
  text: (json) => (isText(json) ? json : ''),
  whole: (json) => (WHOLE.test(json) ? json : ''),
  digits: (json) => (WHOLE.test(json) ? `"${json}"` : ''),
  flag: (json) => (json === 'true' || json === 'false' ? json : ''),
  path: (json) => {
    if (!json.startsWith('"/')) return '';
    const mark = json.indexOf('?');
    return mark < 0 ? json : `${json.slice(0, mark)}"`;
  },
  query: (json) => {
    const mark = json.startsWith('"/') ? json.indexOf('?') : -1;
    return mark < 0 || mark === json.length - 2 ? '' : `"${json.slice(mark + 1)}`;
  },
};

/** Whether a member of `attrs` is a string with something in it. */
export function isText(json: string): boolean {
  return json.length > 2 && json.startsWith('"');
}
