import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePacketLoad } from './support/packet-load.ts';

/**
 * `vedette analyze` over a generated capture, against what people run over captures: packets a second of wall clock and the
 * most memory of each, in one run. What is not installed is left out. `tcpdump -nn` writes a line a packet and keeps
 * nothing; `tshark` follows connections, as we do. What they print goes to /dev/null.
 */

const PACKETS = Number(process.env.BENCH_PACKETS ?? 1_000_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** As it is installed: what `npm run build` made. */
const MAIN = fileURLToPath(new URL('../bin/vedette.cjs', import.meta.url));

interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Measured {
  readonly seconds: number;
  /** Resident at most, MB; NaN where the system does not tell. */
  readonly megabytes: number;
}

function contenders(file: string): Contender[] {
  const vedette = [MAIN, 'analyze', file, '--quiet'];
  const fields = ['-T', 'fields', '-e', 'tcp.analysis.retransmission', '-e', 'tcp.analysis.ack_rtt'];
  return [
    { name: 'vedette analyze', command: process.execPath, args: vedette },
    { name: 'vedette analyze --detect none', command: process.execPath, args: [...vedette, '--detect', 'none'] },
    { name: 'vedette analyze --conns ndjson', command: process.execPath, args: [...vedette, '--conns', 'ndjson'] },
    { name: 'tcpdump -nn', command: 'tcpdump', args: ['-nn', '-r', file] },
    { name: 'tshark -q -z conv,tcp', command: 'tshark', args: ['-n', '-r', file, '-q', '-z', 'conv,tcp'] },
    { name: 'tshark -T fields (retransmission, ack_rtt)', command: 'tshark', args: ['-n', '-r', file, ...fields] },
  ];
}

function installed(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Runs under GNU time where there is one, for the memory. */
function run({ name, command, args }: Contender): Promise<Measured> {
  const timed = installed('/usr/bin/time');
  const nowhere = openSync('/dev/null', 'w');
  const began = process.hrtime.bigint();
  const child = timed
    ? spawn('/usr/bin/time', ['-f', 'most %M', command, ...args], { stdio: ['ignore', nowhere, 'pipe'] })
    : spawn(command, args, { stdio: ['ignore', nowhere, 'pipe'] });
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      closeSync(nowhere);
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      if (code !== 0) return reject(new Error(`${name} ended with ${code}: ${said}`));
      resolve({ seconds, megabytes: Number(/most (\d+)/.exec(said)?.[1] ?? Number.NaN) / 1024 });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
try {
  const file = join(folder, 'load.pcap');
  const totals = writePacketLoad(file, { packets: PACKETS });
  const megabytes = (statSync(file).size / 1e6).toFixed(0);
  console.log(`${totals.packets} packets, ${megabytes} MB, ${totals.connections} TCP connections, best of ${ROUNDS}`);
  const able = contenders(file).filter(({ command }) => installed(command));
  const best = new Map<string, Measured>();
  // Round by round, so that a slow moment of the machine meets all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const contender of able) {
      const measured = await run(contender);
      const before = best.get(contender.name);
      if (!before || measured.seconds < before.seconds) best.set(contender.name, measured);
    }
  }
  console.table(
    Object.fromEntries(
      [...best].map(([name, { seconds, megabytes: memory }]) => [
        name,
        {
          seconds: seconds.toFixed(2),
          'packets/s': Math.round(totals.packets / seconds),
          'MB at most': Math.round(memory),
        },
      ]),
    ),
  );
} finally {
  rmSync(folder, { recursive: true });
}
