import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFrame } from '../../demo/exporters/frame.ts';
import { writePcap } from './pcap-writer.ts';

/** A flow as `nfdump -o json` (1.7) writes it; fields that a record has not are absent. */
export interface NfdumpFlow {
  readonly first: string;
  readonly last: string;
  readonly in_packets: number;
  readonly in_bytes: number;
  readonly proto: number;
  readonly src_port?: number;
  readonly dst_port?: number;
  readonly src4_addr?: string;
  readonly dst4_addr?: string;
  readonly src6_addr?: string;
  readonly dst6_addr?: string;
  readonly [field: string]: unknown;
}

export interface FlowCapture {
  readonly port: number;
  /** Ends the program, and answers what it has collected. */
  stop(): Promise<NfdumpFlow[]>;
}

/** A free UDP port of loopback. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** nfcapd (NetFlow, IPFIX) or sfcapd (sFlow) on loopback, read by nfdump. */
export async function startFlowCapture(program: 'nfcapd' | 'sfcapd'): Promise<FlowCapture> {
  const folder = await mkdtemp(join(tmpdir(), `${program}-`));
  const port = await freeUdpPort();
  const child = spawn(program, ['-w', folder, '-b', '127.0.0.1', '-p', String(port), '-t', '3600', '-B', '4000000'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    const hear = (chunk: Buffer) => {
      output += chunk;
      if (output.includes('Startup')) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    void exited.then(() => reject(new Error(`${program} ended:\n${output}`)));
  });
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      const json = execFileSync('nfdump', ['-R', folder, '-o', 'json'], {
        env: { ...process.env, TZ: 'UTC' },
        maxBuffer: 256 << 20,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await rm(folder, { recursive: true });
      return JSON.parse(json.toString() || '[]');
    },
  };
}

/** Sends datagrams to a port of loopback, from an address there, a few at a time so that no buffer overflows. */
export async function sendDatagrams(datagrams: readonly Uint8Array[], port: number, from = '127.0.0.1'): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  for (const [index, datagram] of datagrams.entries()) {
    await new Promise<void>((resolve, reject) =>
      socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
    if (index % 8 === 7) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  // What was sent is in the other socket's buffer already; the program behind it still has to read it.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

/** Datagrams as a capture of what came to `port`, a millisecond apart. */
export function captureOf(datagrams: readonly Uint8Array[], port: number, from = '127.0.0.1', at = 0): Buffer {
  const addresses = { srcIp: from, dstIp: '127.0.0.1', proto: 17, srcPort: 50_000, dstPort: port };
  return writePcap(datagrams.map((payload, n) => ({ at: at + n, frame: buildFrame({ ...addresses, payload }) })));
}

/**
 * What tshark reads in datagrams to `port` (2055 and 4739 are NetFlow and IPFIX, 6343 is sFlow): for each datagram the
 * values of each field.
 */
export async function readWithTshark(
  datagrams: readonly Uint8Array[],
  port: 2055 | 4739 | 6343,
  fields: readonly string[],
): Promise<string[][][]> {
  const folder = await mkdtemp(join(tmpdir(), 'tshark-'));
  try {
    const path = join(folder, 'export.pcap');
    await writeFile(path, captureOf(datagrams, port));
    const args = ['-r', path, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=|'];
    const text = execFileSync('tshark', [...args, ...fields.flatMap((field) => ['-e', field])], {
      env: { ...process.env, TZ: 'UTC' },
      maxBuffer: 256 << 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    const lines = text.split('\n').slice(0, datagrams.length);
    return lines.map((line) => line.split('\t').map((cell) => (cell === '' ? [] : cell.split('|'))));
  } finally {
    await rm(folder, { recursive: true });
  }
}
