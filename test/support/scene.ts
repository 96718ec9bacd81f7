import { ethernet, ipv4, pcap, udp, type WrittenPacket } from './captures.ts';
import { tcp } from './layers.ts';

/** 2026-09-21T14:13:20Z. */
export const SCENE_START = 1_790_000_000;
export const CLIENT = '10.0.0.5';
export const SERVER = '198.51.100.7';
export const RESOLVER = '10.0.0.1';
export const SCANNER = '203.0.113.66';

const SYN = 2;
const ACK = 16;
const PUSH = 24;
const FIN = 17;

/** A frame and when it was captured, in microseconds after the start of the scene. */
export type Timed = readonly [microseconds: number, bytes: Uint8Array];

/** A capture of what is given, in the order in which it is given. */
export function scene(...packets: readonly Timed[]): Buffer {
  const written = packets.map(([microseconds, bytes]): WrittenPacket => {
    const seconds = Math.floor(microseconds / 1e6);
    return { bytes, seconds: SCENE_START + seconds, fraction: Math.round(microseconds - seconds * 1e6) };
  });
  return pcap(written);
}

function segment(from: string, to: string, ports: [number, number], numbers: [number, number, number], text = '') {
  const [seq, ack, flags] = numbers;
  const header = { from: ports[0], to: ports[1], seq, ack, flags };
  return ethernet(ipv4(tcp(Buffer.from(text), header), { from, to, proto: 6 }));
}

/**
 * A request over HTTP: 20 ms from the monitor to the server, 1 ms to the client; the second half of the answer is lost
 * behind the monitor and sent again 300 ms later.
 */
export function web(at = 0, port = 50_000): Timed[] {
  const out = (n: number, m: number, flags: number, text = '') =>
    segment(CLIENT, SERVER, [port, 80], [1000 + n, m === 0 ? 0 : 5000 + m, flags], text);
  const back = (n: number, m: number, flags: number, text = '') =>
    segment(SERVER, CLIENT, [80, port], [5000 + n, 1000 + m, flags], text);
  const request = 'GET /news HTTP/1.1\r\nHost: www.example.com\r\n\r\n';
  const asked = 1 + request.length;
  const answer = ['HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n'.padEnd(120, 'a'), 'b'.repeat(120)];
  return [
    [at, out(0, 0, SYN)],
    [at + 20_000, back(0, 1, SYN | ACK)],
    [at + 21_000, out(1, 1, ACK)],
    [at + 22_000, out(1, 1, PUSH, request)],
    [at + 42_000, back(1, asked, PUSH, answer[0])],
    [at + 42_100, back(121, asked, PUSH, answer[1])],
    [at + 43_000, out(asked, 121, ACK)],
    [at + 342_000, back(121, asked, PUSH, answer[1])],
    [at + 343_000, out(asked, 241, ACK)],
    [at + 344_000, out(asked, 241, FIN)],
    [at + 364_000, back(241, asked + 1, FIN)],
    [at + 365_000, out(asked + 1, 242, ACK)],
  ];
}

/** A question about `www.example.com` and its answer, 5 ms later. */
export function dns(at = 0): Timed[] {
  const name = Buffer.from('\x03www\x07example\x03com\0', 'latin1');
  const question = Buffer.concat([name, Buffer.from([0, 1, 0, 1])]);
  const header = (flags: number, answers: number) =>
    Buffer.from([0, 7, flags >> 8, flags & 255, 0, 1, 0, answers, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 198, 51, 100, 7]);
  const ask = udp(Buffer.concat([header(0x0100, 0), question]), { sourcePort: 40_000, port: 53 });
  const tell = udp(Buffer.concat([header(0x8180, 1), question, record]), { sourcePort: 53, port: 40_000 });
  return [
    [at, ethernet(ipv4(ask, { from: CLIENT, to: RESOLVER }))],
    [at + 5_000, ethernet(ipv4(tell, { from: RESOLVER, to: CLIENT }))],
  ];
}

/** A SYN to port 22 of each of so many hosts inside, none of which answers. */
export function scan(at: number, hosts: number): Timed[] {
  return Array.from({ length: hosts }, (_, i): Timed => {
    return [at + i * 50_000, segment(SCANNER, `10.0.0.${i + 10}`, [44_000 + i, 22], [7, 0, SYN])];
  });
}
