import { readFileSync } from 'node:fs';
import { parseIp } from '../../model/address.ts';
import type { SystemSocketStats } from './socket-counters.ts';

/**
 * What Linux counts for the UDP sockets of this network namespace, by their local address as `/proc/net/udp` writes it
 * (see {@link procAddress}). Empty elsewhere. For sockets whose descriptor cannot be had.
 */
export function readProcNetUdp(folder = '/proc/net'): Map<string, SystemSocketStats> {
  const sockets = new Map<string, SystemSocketStats>();
  if (process.platform !== 'linux') return sockets;
  for (const file of ['udp', 'udp6']) {
    let text: string;
    try {
      text = readFileSync(`${folder}/${file}`, 'latin1');
    } catch {
      // No IPv6, or no /proc: nothing is known then, which is what the empty map says.
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns.length < 13) continue;
      const bufferUsed = Number.parseInt(columns[4].split(':')[1], 16);
      // Last column; the kernel has written it signed and unsigned.
      sockets.set(columns[1], { bufferUsed, drops: Number(columns[columns.length - 1]) >>> 0 });
    }
  }
  return sockets;
}

/** `127.0.0.1`, 2055 → `0100007F:0807`: words in the byte order of the machine, the port in its own. */
export function procAddress(host: string, family: 4 | 6, port: number): string {
  const bytes = new Uint8Array(16);
  parseIp(host, bytes);
  const words = new Uint32Array(bytes.buffer);
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
  const address = family === 4 ? hex(words[3], 8) : Array.from(words, (word) => hex(word, 8)).join('');
  return `${address}:${hex(port, 4)}`;
}
