import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { DEVICE_ADDRESSES } from './demo-devices.ts';
import { DemoExporters } from './demo-exporters.ts';

const collectors: Socket[] = [];

async function collector(): Promise<{ port: number; host: string; from: Set<string>; versions: Set<number> }> {
  const socket = createSocket('udp4');
  collectors.push(socket);
  const from = new Set<string>();
  const versions = new Set<number>();
  socket.on('message', (message, sender) => {
    from.add(sender.address);
    versions.add(message.readUInt16BE(0) || message.readUInt16BE(2));
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, host: '127.0.0.1', from, versions };
}

afterEach(() => {
  for (const socket of collectors.splice(0)) socket.close();
});

describe('DemoExporters', () => {
  it('sends each protocol to its collector, from an address of its own where there is one', async () => {
    const [netflow, ipfix, sflow] = [await collector(), await collector(), await collector()];
    const exporters = new DemoExporters({ netflow, ipfix, sflow });
    await exporters.start();
    try {
      await expect.poll(() => [netflow, ipfix, sflow].map(({ versions }) => [...versions])).toEqual([[9], [10], [5]]);
    } finally {
      exporters.stop();
    }
    // Only Linux has all of 127.0.0.0/8 on its loopback interface.
    const expected = (address: string) => new Set([process.platform === 'linux' ? address : '127.0.0.1']);
    expect(netflow.from).toEqual(expected(DEVICE_ADDRESSES.router));
    expect(ipfix.from).toEqual(expected(DEVICE_ADDRESSES.firewall));
    expect(sflow.from).toEqual(expected(DEVICE_ADDRESSES.switch));
  });

  it('lives without a collector, and stops', async () => {
    const nowhere = { host: '127.0.0.1', port: 9 };
    const exporters = new DemoExporters({ netflow: nowhere, ipfix: nowhere, sflow: nowhere });
    await exporters.start();
    exporters.stop();
    exporters.stop();
  });
});
