const GROUP = 1000;
const MILLION = 1_000_000;
const BILLION = 1_000_000_000;
/** Decimal fractions of up to 15 digits in all are told apart by a double. */
const EXACT = 1e15;

const PLAIN = Array.from({ length: GROUP }, (_, number) => String(number));
const PADDED = Array.from({ length: GROUP }, (_, number) => String(number).padStart(3, '0'));
/** Three decimals without zeros at their end. */
const DECIMALS = PADDED.map((digits) => digits.replace(/0+$/, ''));

/**
 * A finite number as JSON, equal to what `JSON.stringify` gives. Joining numbers to text costs V8 some 60 ns for a whole
 * one and 200 ns for a fraction; out of tables it is a half and a third.
 */
export function numberText(value: number): string {
  if (value >= 0 && value < BILLION) {
    if (Math.floor(value) === value) return whole(value);
    const millionths = Math.round(value * MILLION);
    if (millionths < EXACT && millionths / MILLION === value) return fraction(millionths);
  }
  return value < 0 && value > -BILLION ? `-${numberText(-value)}` : `${value}`;
}

function whole(value: number): string {
  if (value < GROUP) return PLAIN[value];
  const above = Math.floor(value / GROUP);
  if (value < MILLION) return PLAIN[above] + PADDED[value - above * GROUP];
  const millions = Math.floor(value / MILLION);
  return PLAIN[millions] + PADDED[above - millions * GROUP] + PADDED[value - above * GROUP];
}

/** Digits of a number of millionths that is no whole number. */
function fraction(millionths: number): string {
  const ones = Math.floor(millionths / MILLION);
  const rest = millionths - ones * MILLION;
  const thousandths = Math.floor(rest / GROUP);
  const below = rest - thousandths * GROUP;
  const decimals = below === 0 ? DECIMALS[thousandths] : PADDED[thousandths] + DECIMALS[below];
  return `${whole(ones)}.${decimals}`;
}
