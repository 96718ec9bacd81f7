import { describe, expect, it } from 'vitest';
import { hecAnswer, hecSentence } from './hec-codes.ts';

function said(body: unknown, cut = false) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return hecAnswer({ status: 400, headers: {}, cookies: [], text, cut });
}

describe('hecAnswer', () => {
  it('reads code, text and number of the request', () => {
    expect(said({ text: 'Success', code: 0, ackId: 7 })).toEqual({
      code: 0,
      text: 'Success',
      class: 'taken',
      ackId: 7,
      invalid: undefined,
    });
  });

  it('counts the refused event from zero, also where the collector counts from one', () => {
    expect(said({ text: '', code: 6, 'invalid-event-number': 0 })?.invalid).toBe(0);
    expect(said({ text: '', code: 6, 'invalid-event-number': 3 })?.invalid).toBe(3);
    expect(said({ text: '', code: 7, 'invalid-event-number': 1 })?.invalid).toBe(0);
    expect(said({ text: '', code: 7, 'invalid-event-number': 0 })?.invalid).toBe(0);
    expect(said({ text: '', code: 6, 'invalid-event-number': -1 })?.invalid).toBeUndefined();
    expect(said({ text: '', code: 6, 'invalid-event-number': '1' })?.invalid).toBeUndefined();
    expect(said({ text: '', code: 6 })?.invalid).toBeUndefined();
  });

  it('has no class for a code of nobody', () => {
    expect(said({ text: 'x', code: 29 })).toMatchObject({ code: 29, class: undefined });
    expect(said({ text: 'x', code: -1 })).toMatchObject({ class: undefined });
    expect(said({ text: 'x', code: 1.5 })).toMatchObject({ class: undefined });
  });

  it.each(['', '<html>busy</html>', '{"text":"Success","co', '[0]', 'null', '{"code":"0"}', '{}'])(
    'does not take %j for an answer',
    (text) => {
      expect(said(text)).toBeUndefined();
    },
  );

  it('does not take half an answer', () => {
    expect(said({ text: 'Success', code: 0 }, true)).toBeUndefined();
  });
});

it('says what a person can do', () => {
  expect(hecSentence({ code: 1, text: 'Token disabled' })).toBe(
    'Splunk says: Token disabled (code 1); enable the token in Splunk.',
  );
  expect(hecSentence({ code: 9, text: 'Server is busy' })).toBe('Splunk says: Server is busy (code 9).');
});
