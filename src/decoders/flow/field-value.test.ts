import { describe, expect, it } from 'vitest';
import type { ElementType } from './elements.ts';
import { readText, readValue } from './field-value.ts';
import { ip, join, text, u } from './fixtures/messages.ts';

const NTP_2023 = 1_700_000_000 + 2_208_988_800;

function value(type: ElementType | undefined, bytes: Uint8Array): unknown {
  const padded = join(u(0xeeee, 2), bytes, u(0xeeee, 2));
  return readValue(type, padded, new DataView(padded.buffer), 2, bytes.length);
}

describe('the value of a field', () => {
  it.each<[ElementType | undefined, Uint8Array, unknown]>([
    ['unsigned64', u(5, 8), 5],
    ['unsigned64', u(5, 3), 5],
    ['unsigned64', new Uint8Array(8).fill(255), '18446744073709551615'],
    ['signed32', u(2 ** 32 - 2, 4), -2],
    ['signed64', u(254, 1), -2],
    ['float64', u(0x3fc00000, 4), 1.5],
    ['float64', join(u(0x3ff80000, 4), u(0, 4)), 1.5],
    ['boolean', u(1, 1), true],
    ['boolean', u(2, 1), false],
    ['boolean', u(3, 1), 3],
    ['macAddress', u(0x020000000001, 6), '02:00:00:00:00:01'],
    ['ipv4Address', ip('192.0.2.1'), '192.0.2.1'],
    ['ipv4Address', u(5, 2), 5],
    ['ipv6Address', ip('2001:db8::1'), '2001:db8::1'],
    ['ipv6Address', new Uint8Array(16), '::'],
    ['string', text('GigabitEthernet0/1', 32), 'GigabitEthernet0/1'],
    ['string', u(0xff, 1), '\ufffd'],
    ['octetArray', u(0x0a0b0c, 3), '0a0b0c'],
    ['basicList', u(0x0a0b0c, 3), '0a0b0c'],
    ['dateTimeSeconds', u(1_700_000_000, 4), '2023-11-14T22:13:20.000Z'],
    ['dateTimeMilliseconds', u(1_700_000_000_123, 8), '2023-11-14T22:13:20.123Z'],
    ['dateTimeMicroseconds', join(u(NTP_2023, 4), u(2 ** 31, 4)), '2023-11-14T22:13:20.500000Z'],
    ['dateTimeNanoseconds', join(u(NTP_2023, 4), u(2 ** 30, 4)), '2023-11-14T22:13:20.250000000Z'],
    ['dateTimeNanoseconds', join(u(10, 4), u(0, 4)), '2036-02-07T06:28:26.000000000Z'],
    ['dateTimeMicroseconds', u(7, 4), 7],
    ['dateTimeMilliseconds', new Uint8Array(8).fill(255), '18446744073709551615'],
    [undefined, u(300, 2), 300],
    [undefined, u(300, 9), '00000000000000012c'],
    [undefined, new Uint8Array(0), ''],
  ])('%s', (type, bytes, expected) => {
    expect(value(type, bytes)).toEqual(expected);
  });

  it('is text up to the first NUL, without white space around it', () => {
    expect(readText(text(' a b \0c'), 0, 7)).toBe('a b');
  });
});
