import type { Random } from '../random.ts';

/** Packets above which the number of samples is drawn from the normal distribution instead of one by one. */
const MANY = 2_000;

/** How many of `packets` a sampler meets that takes one in `rate` at random. */
export function sampled(random: Random, packets: number, rate: number): number {
  if (packets <= MANY) {
    let count = 0;
    for (let packet = 0; packet < packets; packet++) if (random.next() * rate < 1) count++;
    return count;
  }
  const mean = packets / rate;
  const gauss = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.max(0, Math.round(mean + gauss * Math.sqrt(mean * (1 - 1 / rate))));
}
