import { formatIp, parseIp } from '../../model/address.ts';
import { type Libc, SystemError } from './libc.ts';
import {
  AF_INET,
  AF_INET6,
  EAFNOSUPPORT,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  MEMINFO_DROPS,
  MEMINFO_USED,
  MEMINFO_WORDS,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
} from './linux-constants.ts';
import type { SystemSocketStats } from './socket-counters.ts';

/** A UDP socket of Linux, by its file descriptor. */
export class NativeSocket {
  readonly fd: number;
  readonly family: 4 | 6;
  readonly host: string;
  readonly port: number;
  /** Bytes of the receive buffer, as the system says. */
  readonly granted: number;
  readonly #libc: Libc;
  readonly #memory = new Uint32Array(new ArrayBuffer(MEMINFO_WORDS * 4));
  readonly #length = new Uint32Array(new ArrayBuffer(4));

  /**
   * Opens and binds. Where there is no IPv6, `::` becomes `0.0.0.0`.
   * @param host an address.
   * @param v6Only whether an IPv6 socket leaves IPv4 to another one.
   * @throws SystemError
   */
  constructor(libc: Libc, host: string, port: number, receiveBuffer: number, v6Only: boolean) {
    this.#libc = libc;
    const address = new Uint8Array(new ArrayBuffer(28));
    let family = parseIp(host, address, 8);
    // A mapped address (::ffff:192.0.2.1) is IPv4 to bind as to anything else.
    this.fd = libc.socket(family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.fd < 0 && libc.errno() === EAFNOSUPPORT && host === '::') {
      family = 4;
      address.fill(0);
      this.fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    }
    if (this.fd < 0) throw new SystemError('cannot open a socket', libc.errno());
    this.family = family === 4 ? 4 : 6;
    try {
      if (this.family === 6) this.#set(IPPROTO_IPV6, IPV6_V6ONLY, v6Only ? 1 : 0);
      if (!this.#set(SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer)) this.#set(SOL_SOCKET, SO_RCVBUF, receiveBuffer);
      this.#bind(address, port);
      [this.host, this.port] = this.#name();
      this.granted = this.#get(SOL_SOCKET, SO_RCVBUF);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Undefined on a Linux that does not tell. */
  system(): SystemSocketStats | undefined {
    this.#length[0] = MEMINFO_WORDS * 4;
    if (this.#libc.getsockopt(this.fd, SOL_SOCKET, SO_MEMINFO, this.#memory, this.#length) < 0) return undefined;
    return { drops: this.#memory[MEMINFO_DROPS], bufferUsed: this.#memory[MEMINFO_USED] };
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  /** @param address 16 bytes from its eighth byte on: there they stand in a sockaddr_in6, which is made in place. */
  #bind(address: Uint8Array, port: number): void {
    const v6 = this.family === 6;
    // In a sockaddr_in the address stands at the fourth byte; of a mapped one it is the last four.
    if (!v6) address.copyWithin(4, 20, 24);
    new Uint16Array(address.buffer)[0] = v6 ? AF_INET6 : AF_INET;
    address[2] = port >>> 8;
    address[3] = port & 255;
    if (this.#libc.bind(this.fd, address, v6 ? 28 : 16) < 0) throw new SystemError('cannot bind', this.#libc.errno());
  }

  #name(): [string, number] {
    const name = new Uint8Array(new ArrayBuffer(28));
    this.#length[0] = name.length;
    if (this.#libc.getsockname(this.fd, name, this.#length) < 0)
      throw new SystemError('cannot tell the address', this.#libc.errno());
    const port = (name[2] << 8) | name[3];
    if (this.family === 4) return [name.subarray(4, 8).join('.'), port];
    // All zero has no text there, as it means "no address" in a column.
    return [formatIp(name, 8) || '::', port];
  }

  #set(level: number, name: number, value: number): boolean {
    return this.#libc.setsockopt(this.fd, level, name, new Int32Array(new ArrayBuffer(4)).fill(value), 4) === 0;
  }

  #get(level: number, name: number): number {
    const value = new Int32Array(new ArrayBuffer(4));
    this.#length[0] = 4;
    if (this.#libc.getsockopt(this.fd, level, name, value, this.#length) < 0)
      throw new SystemError('cannot ask', this.#libc.errno());
    return value[0];
  }
}
