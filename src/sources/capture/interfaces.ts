import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { CaptureInterface } from '../../model/traffic-view.ts';
import type { CaptureTool } from './capture-tool.ts';
import { toolEnvironment } from './tool-environment.ts';

/** Devices of libpcap that carry no network traffic. */
const NO_NETWORK = /^(bluetooth|nflog|nfqueue|dbus-|usbmon|sdp|ciscodump|randpkt|sshdump|udpdump|wifidump)/;

/** The lines of `-D`: `1.eth0 [Up, Running]` (tcpdump), `1. lo (Loopback)` (dumpcap). */
export function readInterfaces(output: string): { name: string; description: string }[] {
  const found = [...output.matchAll(/^\d+\.\s*(\S+)(?:\s+\(([^)]*)\))?/gm)];
  return found
    .map(([, name, description = '']) => ({ name, description }))
    .filter(({ name }) => !NO_NETWORK.test(name));
}

/** Where Linux tells about interfaces. */
const SYSTEM = '/sys/class/net';

/**
 * Bits a second of a network interface; undefined where it is not known, as of Wi-Fi, tunnels and on other systems than Linux.
 * @param system where interfaces have their folders, with `speed` in Mbit/s (Documentation/ABI/testing/sysfs-class-net)
 */
export function interfaceSpeed(name: string, system = SYSTEM): number | undefined {
  if (name.includes('/') || name.startsWith('.')) return undefined;
  try {
    const megabits = Number(readFileSync(join(system, name, 'speed'), 'utf8').trim());
    return megabits > 0 ? megabits * 1e6 : undefined;
  } catch {
    // Reading it fails for what has no speed.
    return undefined;
  }
}

/** What the system has, and what the tool can capture on beside; a tool that does not answer adds nothing. */
export async function listInterfaces(tool: CaptureTool | undefined): Promise<CaptureInterface[]> {
  const system = networkInterfaces();
  const told = tool === undefined ? [] : readInterfaces(await ask(tool));
  const descriptions = new Map(told.map(({ name, description }) => [name, description]));
  const names = new Set([...Object.keys(system), ...descriptions.keys()]);
  return [...names].map((name) => ({
    name,
    description: descriptions.get(name) ?? '',
    addresses: (system[name] ?? []).map(({ address }) => address),
  }));
}

function ask(tool: CaptureTool): Promise<string> {
  const options = { timeout: 5000, maxBuffer: 1024 * 1024, env: toolEnvironment() };
  return new Promise((resolve) => {
    execFile(tool.path, ['-D'], options, (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`));
  });
}
