import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import koffi from 'koffi';
import { type Libc, loadLibc } from '../../src/sources/udp/libc.ts';
import { MessageSlots } from '../../src/sources/udp/message-slots.ts';
import { NativeSocket } from '../../src/sources/udp/native-socket.ts';

/**
 * Sends datagrams as fast as asked, many a system call, and prints one line of JSON: `{"sent":..., "seconds":...}`.
 *
 *     node --import tsx bench/support/flood-sender.ts --target 127.0.0.1:2055 --rate 50000 --count 250000 --size 1400
 *     ... --file datagrams.bin --sequence-at 12 --sources 4
 *
 * `--file`: datagrams to send in turn, each preceded by its length in 32 bits, big-endian, as flow-load.ts writes them. `--size`: generated ones.
 * `--sequence-at`: writes a 32-bit big-endian number there that grows by one with each datagram of a source (0 for
 * generated ones; 12 is right for NetFlow v9). `--seconds-at`: writes the time there, in seconds since 1970 (8 for
 * NetFlow v9, whose records count from it: the flows are always of now). `--sources`: sends from 127.0.0.2, 127.0.0.3... `--rate 0`: unlimited.
 */

const BATCH = 64;

interface Source {
  readonly socket: NativeSocket;
  sequence: number;
}

function readDatagrams(file: string): Uint8Array[] {
  const bytes = readFileSync(file);
  const datagrams: Uint8Array[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    datagrams.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return datagrams;
}

function openSources(libc: Libc, count: number): Source[] {
  const hosts = count === 1 ? ['127.0.0.1'] : Array.from({ length: count }, (_, i) => `127.0.0.${i + 2}`);
  return hosts.map((host) => ({ socket: new NativeSocket(libc, host, 0, 4096, false), sequence: 0 }));
}

/** One slab of ready datagrams: what is sent in one call has to lie in it at once. */
class Volley {
  readonly slots: MessageSlots;
  readonly #datagrams: readonly Uint8Array[];
  readonly #sequenceAt: number;
  readonly #loaded = new Int32Array(BATCH).fill(-1);
  #next = 0;

  constructor(libc: Libc, datagrams: readonly Uint8Array[], port: number, sequenceAt: number) {
    this.#datagrams = datagrams;
    this.#sequenceAt = sequenceAt;
    this.slots = new MessageSlots(libc, BATCH, 65_536);
    const { names, nameBytes } = this.slots;
    for (let slot = 0; slot < BATCH; slot++) {
      const name = this.slots.name(slot);
      // sockaddr_in: family, port, 127.0.0.1.
      names[name] = 2;
      nameBytes[name * 4 + 2] = port >>> 8;
      nameBytes[name * 4 + 3] = port & 255;
      nameBytes[name * 4 + 4] = 127;
      nameBytes[name * 4 + 7] = 1;
    }
  }

  load(count: number, source: Source): void {
    const seconds = Date.now() / 1000;
    const { bytes, view, vectors, slotBytes } = this.slots;
    for (let slot = 0; slot < count; slot++) {
      const index = this.#next++ % this.#datagrams.length;
      if (this.#loaded[slot] !== index) {
        this.#loaded[slot] = index;
        const datagram = this.#datagrams[index];
        bytes.set(datagram, slot * slotBytes);
        vectors[slot * 2 + 1] = BigInt(datagram.length);
      }
      if (this.#sequenceAt >= 0) view.setUint32(slot * slotBytes + this.#sequenceAt, source.sequence + slot);
      if (secondsAt >= 0) view.setUint32(slot * slotBytes + secondsAt, seconds);
    }
  }
}

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: '127.0.0.1:2055' },
    file: { type: 'string' },
    size: { type: 'string', default: '1400' },
    rate: { type: 'string', default: '0' },
    count: { type: 'string', default: '100000' },
    sources: { type: 'string', default: '1' },
    'sequence-at': { type: 'string' },
    'seconds-at': { type: 'string' },
  },
});
const [host, port] = values.target.split(':');
if (host !== '127.0.0.1') throw new Error('sends to 127.0.0.1 only: it is made to flood');
const rate = Number(values.rate);
const count = Number(values.count);
const secondsAt = Number(values['seconds-at'] ?? -1);
const sequenceAt = Number(values['sequence-at'] ?? (values.file ? -1 : 0));
const datagrams = values.file ? readDatagrams(values.file) : [new Uint8Array(Number(values.size))];

const libc = await loadLibc();
const sendmmsg = koffi.load(null).func('int sendmmsg(int, void *, unsigned int, int)');
const sources = openSources(libc, Number(values.sources));
const volley = new Volley(libc, datagrams, Number(port), sequenceAt);
const idle = new Int32Array(new ArrayBuffer(8));

const began = performance.now();
let sent = 0;
for (let turn = 0; sent < count; turn++) {
  const due = rate === 0 ? count : ((performance.now() - began) * rate) / 1000;
  const batch = Math.min(BATCH, count - sent, Math.floor(due) - sent);
  if (batch <= 0) {
    libc.poll(idle, 0, 1);
    continue;
  }
  const source = sources[turn % sources.length];
  volley.load(batch, source);
  const done = sendmmsg(source.socket.fd, volley.slots.headers, batch, 0);
  if (done !== batch) throw new Error(`sent ${done} of ${batch}: errno ${libc.errno()}`);
  source.sequence += batch;
  sent += batch;
}
console.log(JSON.stringify({ sent, seconds: (performance.now() - began) / 1000 }));
