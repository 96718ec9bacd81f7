import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chooseReceiver } from '../src/sources/udp/choose-receiver.ts';
import type { ReceivedDatagram, Receiver } from '../src/sources/udp/receiver.ts';

/**
 * Datagrams of 1400 bytes from another process over the loopback interface: how many are received without loss at a few
 * rates, and what a million of them costs in time of this process's processor. Nothing is decoded; the handler reads one
 * number of each datagram.
 */

const SENDER = fileURLToPath(new URL('support/flood-sender.ts', import.meta.url));
const SECONDS = 2;
const RATES = [10_000, 40_000, 160_000, 320_000];

interface Result {
  readonly asked: number;
  readonly sent: number;
  readonly seconds: number;
  readonly received: number;
  readonly drops: number | undefined;
  readonly cpu: number;
}

function send(port: number, rate: number): Promise<{ sent: number; seconds: number }> {
  const args = ['--target', `127.0.0.1:${port}`, '--rate', `${rate}`, '--count', `${rate * SECONDS}`];
  const child = spawn(process.execPath, ['--import', 'tsx', SENDER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`sender ended with ${code}`)),
    );
  });
}

async function measure(receiver: Receiver, rate: number): Promise<Result> {
  const [info] = await receiver.open();
  if (info.error) throw new Error(info.error);
  let received = 0;
  let last = 0;
  const take = (datagram: ReceivedDatagram) => {
    received++;
    last = datagram.view.getUint32(datagram.start);
  };
  let done: { sent: number; seconds: number } | undefined;
  const sending = send(info.port, rate).then((result) => {
    done = result;
  });
  // The sender starts up for a while; its first datagram starts the clock of the processor.
  while (received === 0 && !done) {
    await receiver.poll(5, take);
    await new Promise(setImmediate);
  }
  const before = process.cpuUsage();
  while (!done) {
    for (let i = 0; i < 50; i++) await receiver.poll(2, take);
    await new Promise(setImmediate);
  }
  const cpu = process.cpuUsage(before);
  while ((await receiver.poll(20, take)) > 0);
  await sending;
  const [stats] = receiver.stats();
  receiver.close();
  if (last >= done.sent) throw new Error('received what was not sent');
  return { asked: rate, ...done, received, drops: stats.kernelDrops, cpu: (cpu.user + cpu.system) / 1e6 };
}

for (const mode of ['recvmmsg', 'dgram'] as const) {
  console.log(`${mode}: datagrams a second | received | dropped by the system | CPU seconds per million`);
  for (const rate of RATES) {
    const options = { listen: [{ host: '127.0.0.1', port: 0 }] };
    const { receiver } = await chooseReceiver(mode, options);
    const { sent, seconds, received, drops, cpu } = await measure(receiver, rate);
    const share = ((100 * received) / sent).toFixed(1);
    console.log(
      `${Math.round(sent / seconds)} of ${rate} | ${received} of ${sent} (${share} %) | ${drops ?? '?'} | ${((cpu / received) * 1e6).toFixed(2)}`,
    );
  }
}
