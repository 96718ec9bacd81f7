import { expect, it } from 'vitest';
import { keysOfUrl, shownUrl } from './shown-url.ts';

it.each([
  ['https://hooks.example/in', 'https://hooks.example/in', ['']],
  ['https://u:p@hooks.example:8443/in?key=abc#x', 'https://hooks.example:8443/in?…', ['key=abc']],
  [
    'https://hooks.slack.example/services/T00000000/B00000000/AbCdEfGhIjKlMnOpQrStUvWx',
    'https://hooks.slack.example/services/T00000000/B00000000/…',
    ['', 'AbCdEfGhIjKlMnOpQrStUvWx'],
  ],
])('%s is shown as %s', (url, shown, keys) => {
  expect(shownUrl(url)).toBe(shown);
  expect(keysOfUrl(url)).toEqual(keys);
});
