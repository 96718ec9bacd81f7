import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One way to run a real exporter over a capture file. */
export interface ExporterRun {
  readonly program: 'softflowd' | 'pmacctd' | 'fprobe';
  readonly protocol: 'netflow5' | 'netflow9' | 'ipfix' | 'sflow';
}

/** No exporter may take longer. */
const LIMIT = 30_000;
/** An exporter has said everything when it was silent for so long after its end. */
const SILENCE = 300;
const VERSIONS = { netflow5: 5, netflow9: 9, ipfix: 10, sflow: 0 } as const;

/**
 * Runs an exporter, in the foreground and as a child of ours, over a capture file, and answers the datagrams it sends:
 * whoever is to be compared then gets the very same bytes.
 */
export async function recordExport(run: ExporterRun, capture: string): Promise<Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'exporter-'));
  const datagrams: Buffer[] = [];
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  let heard = Date.now();
  socket.on('message', (message) => {
    heard = Date.now();
    datagrams.push(message);
  });
  try {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    await runExporter(run, capture, socket.address().port, folder);
    while (Date.now() - heard < SILENCE) await new Promise((resolve) => setTimeout(resolve, 50));
    return datagrams;
  } finally {
    socket.close();
    await rm(folder, { recursive: true });
  }
}

async function runExporter(run: ExporterRun, capture: string, port: number, folder: string): Promise<void> {
  if (run.program === 'softflowd') await softflowd(VERSIONS[run.protocol], capture, port, folder);
  else if (run.program === 'fprobe') await fprobe(capture, port);
  else await pmacctd(run.protocol, capture, port, folder);
}

/** `-a` takes the time of the first packet for the start of the device, so that times lie behind it. */
function softflowd(version: number, capture: string, port: number, folder: string): Promise<void> {
  // Without a control socket: it would wait there for somebody to connect.
  const files = ['-p', join(folder, 'pid'), '-c', 'none'];
  return ended('softflowd', ['-d', '-a', '-r', capture, '-n', `127.0.0.1:${port}`, '-v', String(version), ...files]);
}

/** Reads the capture from its standard input, and sends everything at its end. It knows version 5 and IPv4 only. */
function fprobe(capture: string, port: number): Promise<void> {
  return ended('fprobe', ['-i', '-', '-f', 'ip', '-n', '5', '-l', '2', '-q', '10000', `127.0.0.1:${port}`], capture);
}

/** The core process reads the file and tells its plug-in to end; the plug-in then sends what it holds. */
async function pmacctd(
  protocol: ExporterRun['protocol'],
  capture: string,
  port: number,
  folder: string,
): Promise<void> {
  const plugin =
    protocol === 'sflow'
      ? [
          'plugins: sfprobe[x]',
          'sampling_rate[x]: 1',
          `sfprobe_receiver[x]: 127.0.0.1:${port}`,
          'sfprobe_agentip[x]: 192.0.2.77',
        ]
      : [
          'plugins: nfprobe[x]',
          'aggregate[x]: src_host, dst_host, src_port, dst_port, proto, tos',
          `nfprobe_version[x]: ${VERSIONS[protocol]}`,
          `nfprobe_receiver[x]: 127.0.0.1:${port}`,
        ];
  const path = join(folder, 'pmacctd.conf');
  const lines = [
    'daemonize: false',
    `pcap_savefile: ${capture}`,
    'plugin_buffer_size: 102400',
    'plugin_pipe_size: 10240000',
  ];
  await writeFile(path, `${[...lines, ...plugin].join('\n')}\n`);
  await ended('pmacctd', ['-f', path]);
}

/** Runs a program to its end; its group dies with it when it takes too long. */
async function ended(program: string, args: readonly string[], stdin?: string): Promise<void> {
  const child = spawn(program, args, { stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const hear = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  if (stdin && child.stdin) createReadStream(stdin).pipe(child.stdin);
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), LIMIT);
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output}`);
  } finally {
    clearTimeout(timer);
  }
}
