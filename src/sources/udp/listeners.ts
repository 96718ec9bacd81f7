import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ListenAddress, ListenerInfo } from './receiver.ts';

/** @returns the address behind a name, or the address itself. @throws the error of the look-up. */
export async function resolveHost(host: string): Promise<string> {
  return isIP(host) !== 0 ? host : (await lookup(host)).address;
}

/** `192.0.2.1:2055`, `[::]:2055`. */
export function writeAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Does `::` at this place have to leave IPv4 alone? It does when `0.0.0.0` is listened on with the same port, which it
 * could not be otherwise.
 */
export function leavesV4(listen: readonly ListenAddress[], at: ListenAddress): boolean {
  return at.host === '::' && listen.some(({ host, port }) => host === '0.0.0.0' && port === at.port && port !== 0);
}

/** @param granted as the system says: Linux says twice what it was asked for. */
export function describeListener(host: string, port: number, asked: number, granted: number): ListenerInfo {
  const complete = granted >= (process.platform === 'linux' ? 2 * asked : asked);
  return {
    listen: writeAddress(host, port),
    name: `udp:${port}`,
    port,
    receiveBuffer: { asked, granted, complete },
  };
}

export function describeFailure(at: ListenAddress, asked: number, error: unknown): ListenerInfo {
  const listen = writeAddress(at.host, at.port);
  const reason = error instanceof Error ? error.message : String(error);
  return {
    listen,
    name: `udp:${at.port}`,
    port: at.port,
    receiveBuffer: { asked, granted: 0, complete: false },
    error: `${listen}: ${reason}`,
  };
}
