import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BodyMeter } from './body-meter.ts';

/** As many of the texts as fit, measured one by one. */
function plainly(texts: readonly string[], limit: number, extra: number): number {
  let bytes = 0;
  for (const [at, text] of texts.entries()) {
    bytes += Buffer.byteLength(text) + extra;
    if (at > 0 && bytes > limit) return at;
  }
  return texts.length;
}

it('holds as many texts as measuring each of them would', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 9 }), (all, limit, extra) => {
      const meter = new BodyMeter(limit);
      for (let round = 0; round < 2; round++) {
        const refused = all.findIndex((text) => !meter.fits(text, extra));
        expect(refused < 0 ? all.length : refused).toBe(plainly(all, limit, extra));
        meter.reset();
      }
    }),
  );
});
