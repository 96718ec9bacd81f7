/** Numbers of the Linux system call interface on x64 and arm64 (uapi headers; the same under glibc and musl). */

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
/** As SO_RCVBUF, beyond `net.core.rmem_max`: for those with CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE = 33;
/** Nine 32-bit words on the memory of a socket, since Linux 4.12. */
export const SO_MEMINFO = 55;
export const MEMINFO_WORDS = 9;
export const MEMINFO_USED = 0;
export const MEMINFO_DROPS = 8;

export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const POLLIN = 1;

export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const EAFNOSUPPORT = 97;
