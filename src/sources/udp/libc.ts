import { endianness } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import { EBADF } from './linux-constants.ts';

/** Memory that the system reads and writes. */
type Memory = ArrayBufferView;

/**
 * The calls of the C library that {@link RecvmmsgReceiver} needs, through koffi, an optional package. Results are those
 * of the C functions: -1 for an error, and then `errno()` says which.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Memory, length: number): number;
  close(fd: number): number;
  setsockopt(fd: number, level: number, name: number, value: Memory, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Memory, length: Memory): number;
  getsockname(fd: number, address: Memory, length: Memory): number;
  poll(entries: Memory, count: number, milliseconds: number): number;
  recvmmsg(fd: number, messages: Memory, count: number, flags: number, timeout: null): number;
  errno(): number;
  /** Where the memory begins. It stays there for as long as it is referred to. */
  address(memory: Memory): bigint;
}

/** Layouts and numbers of `linux-constants.ts` hold on these. */
export function isSupportedPlatform(): boolean {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE';
}

/** @throws Error where koffi is not installed, or not for this platform, or where recvmmsg is forbidden. */
export async function loadLibc(): Promise<Libc> {
  if (!isSupportedPlatform()) throw new Error(`not made for ${process.platform} on ${process.arch}`);
  const { default: koffi } = await import('koffi');
  // The symbols of the process itself: its C library, glibc or musl, is loaded already.
  const library = koffi.load(null);
  const libc: Libc = {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, void *, uint32_t)'),
    close: library.func('int close(int)'),
    setsockopt: library.func('int setsockopt(int, int, int, void *, uint32_t)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    poll: library.func('int poll(void *, unsigned long, int)'),
    recvmmsg: library.func('int recvmmsg(int, void *, unsigned int, int, void *)'),
    errno: () => koffi.errno(),
    address: (memory) => koffi.address(memory),
  };
  const errno = libc.recvmmsg(-1, new Uint32Array(16), 0, 0, null) < 0 ? libc.errno() : 0;
  // A filter of system calls answers with something else.
  if (errno !== EBADF) throw new SystemError('recvmmsg cannot be used', errno);
  return libc;
}

/** An error of the system: its `code` (`EADDRINUSE`), and a sentence. */
export class SystemError extends Error {
  readonly code: string;

  constructor(action: string, errno: number) {
    const [code, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
    super(`${action}: ${text}`);
    this.name = 'SystemError';
    this.code = code;
  }
}
