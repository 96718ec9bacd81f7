import { createSocket } from 'node:dgram';
import type { Target } from './lossy-sender.ts';

/** The ports that everybody uses: NetFlow, IPFIX, sFlow. */
const USUAL = [2055, 4739, 6343];

/**
 * Addresses for the collector of the demo, one a protocol: the usual ports, or free ones where another program has one of
 * those already. Demo traffic must never reach a collector that is in earnest.
 */
export async function demoListen(): Promise<string[]> {
  const usual = await Promise.all(USUAL.map((port) => portOf(port)));
  const ports = usual.includes(undefined) ? await Promise.all(USUAL.map(() => portOf(0))) : usual;
  return ports.map((port) => `127.0.0.1:${port}`);
}

/** Where the devices send, by what the collector listens on; the last address stands for those that are missing. */
export function demoTargets(listen: readonly string[]): { netflow: Target; ipfix: Target; sflow: Target } | undefined {
  const targets = listen.map(targetOf);
  const [netflow] = targets;
  if (!netflow) return undefined;
  const last = targets[targets.length - 1];
  return { netflow, ipfix: targets[1] ?? last, sflow: targets[2] ?? last };
}

function targetOf(listen: string): Target {
  const at = listen.lastIndexOf(':');
  const host = listen.slice(0, at).replace(/^\[|\]$/g, '');
  // What is listened to on all addresses is reached on loopback.
  const reached = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return { host: reached, port: Number(listen.slice(at + 1)) };
}

/** The port, when nobody has it; 0 asks for any. */
function portOf(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(wanted, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
