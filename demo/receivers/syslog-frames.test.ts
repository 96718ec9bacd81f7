import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed } from '../../src/outputs/syslog-message.ts';
import { SyslogFrames } from './syslog-frames.ts';

describe('SyslogFrames', () => {
  it.each(['octet-counting', 'newline'] as const)('finds every message of %s, however the stream is cut', (framing) => {
    const message = fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .map((text) => `<14>1 ${text.replaceAll(/[\r\n]/g, ' ')}`);
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), sizes, (messages, pieces) => {
        const stream = Buffer.from(messages.map((each) => framed(each, framing)).join(''));
        const frames = new SyslogFrames();
        const found: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const end = at + pieces[turn % pieces.length];
          found.push(...frames.push(stream.subarray(at, end)));
          at = end;
        }
        expect(found).toEqual(messages);
        expect(frames.pending).toBe(0);
      }),
    );
  });

  it('takes line ends within a counted message', () => {
    expect(new SyslogFrames().push(Buffer.from('7 <1>1 \n<3 <1>'))).toEqual(['<1>1 \n<', '<1>']);
  });

  it.each(['12a <1>', '99999999999 x', '123456789012345'])('refuses the length of %s', (text) => {
    expect(() => new SyslogFrames().push(Buffer.from(text))).toThrow(/no length/);
  });
});
