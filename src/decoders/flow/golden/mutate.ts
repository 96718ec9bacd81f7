/** A seeded source of whole numbers below a limit (mulberry32): the same damage in every run. */
export type Random = (below: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Numbers that lengths, counts and ids go wrong at. */
const NUMBERS = [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 0x7fff, 0x8000, 0xfffe, 0xffff];
const MAX_LENGTH = 9000;

type Damage = (bytes: Uint8Array, corpus: readonly Uint8Array[], random: Random) => Uint8Array;

const flipBits: Damage = (bytes, _, random) => {
  for (let i = 0, n = 1 + random(8); i < n && bytes.length > 0; i++) bytes[random(bytes.length)] ^= 1 << random(8);
  return bytes;
};

/** A 16-bit number of the datagram, in its headers more often than not. */
const changeNumber: Damage = (bytes, _, random) => {
  if (bytes.length < 2) return bytes;
  const at = random(random(2) === 0 ? Math.min(64, bytes.length - 1) : bytes.length - 1);
  const number = random(3) === 0 ? bytes.length - random(8) : NUMBERS[random(NUMBERS.length)];
  bytes[at] = number >> 8;
  bytes[at + 1] = number;
  return bytes;
};

const cutOff: Damage = (bytes, _, random) => bytes.subarray(0, random(bytes.length + 1));

const splice: Damage = (bytes, corpus, random) => {
  const other = corpus[random(corpus.length)];
  return joined(bytes.subarray(0, random(bytes.length + 1)), other.subarray(random(other.length + 1)));
};

const insert: Damage = (bytes, _, random) => {
  const at = random(bytes.length + 1);
  const more = new Uint8Array(random(40)).fill(random(2) === 0 ? 0 : random(256));
  return joined(bytes.subarray(0, at), more, bytes.subarray(at));
};

const remove: Damage = (bytes, _, random) => {
  const at = random(bytes.length + 1);
  return joined(bytes.subarray(0, at), bytes.subarray(at + random(40)));
};

const repeat: Damage = (bytes, _, random) => {
  const at = random(bytes.length + 1);
  const piece = bytes.subarray(at, at + random(200));
  return joined(bytes.subarray(0, at), piece, piece, bytes.subarray(at));
};

const DAMAGES = [flipBits, flipBits, changeNumber, changeNumber, cutOff, splice, insert, remove, repeat];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts)).subarray(0, MAX_LENGTH);
}

/** A datagram of the corpus, once in eight as it is, else damaged in one to three ways. */
export function mutated(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  // A copy in any case: slice() of a Buffer is none.
  let bytes = new Uint8Array(corpus[random(corpus.length)]);
  if (random(8) === 0) return bytes;
  for (let i = 0, n = 1 + random(3); i < n; i++)
    bytes = new Uint8Array(DAMAGES[random(DAMAGES.length)](bytes, corpus, random));
  return bytes;
}
