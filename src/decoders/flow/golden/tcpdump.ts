import { readFileSync } from 'node:fs';
import type { Fields } from './flow-fields.ts';
import { interfaceFields } from './interface-fields.ts';

const SIDE = '(\\d+), unicast pkts (\\d+), multicast pkts (\\d+), broadcast pkts (\\d+), discards (\\d+)';
const GENERIC = new RegExp(
  `ifindex (\\d+), iftype \\d+, ifspeed (\\d+)[\\s\\S]*?operstatus: (\\w+)[\\s\\S]*?In octets ${SIDE}\\s+In errors (\\d+)[\\s\\S]*?Out octets ${SIDE}\\s+Out errors (\\d+)`,
  'g',
);

/** Generic interface counters in what `tcpdump -v` prints of sFlow. */
export function tcpdumpCounters(file: string): Fields[] {
  return [...readFileSync(file, 'utf8').matchAll(GENERIC)].map(([, index, speed, status, ...rest]) => {
    const [inOctets, inUnicast, inMulticast, inBroadcast, inDiscards, inErrors, ...out] = rest.map(Number);
    const [outOctets, outUnicast, outMulticast, outBroadcast, outDiscards, outErrors] = out;
    return interfaceFields({
      index: Number(index),
      speed: Number(speed),
      up: status === 'up',
      in_octets: inOctets,
      in_packets: [inUnicast, inMulticast, inBroadcast],
      in_discards: inDiscards,
      in_errors: inErrors,
      out_octets: outOctets,
      out_packets: [outUnicast, outMulticast, outBroadcast],
      out_discards: outDiscards,
      out_errors: outErrors,
    });
  });
}

/** Flow samples: no packets, but what is said about them. A compact one has the kind of interface in its top bits. */
export function tcpdumpSamples(file: string): Fields[] {
  const sample =
    /flow sample \((\d)\).*?rate (\d+), pool \d+, drops \d+, input (\d+).*?output (\d+)[\s\S]*?length (\d+), stripped/g;
  return [...readFileSync(file, 'utf8').matchAll(sample)].map(([, format, rate, input, output, length]) => ({
    sampling: rate === '1' ? 0 : Number(rate),
    input_if: Number(input),
    output_if: format === '1' && Number(output) >>> 30 !== 0 ? 0 : Number(output),
    frame_length: Number(length),
  }));
}
