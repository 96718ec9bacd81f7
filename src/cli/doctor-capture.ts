import { networkInterfaces, tmpdir } from 'node:os';
import { messageOf } from '../kit/errors.ts';
import { nativeZstd } from '../packets/zstd-native.ts';
import { findTool, type ToolName } from '../sources/capture/capture-tool.ts';
import { LiveCapture } from '../sources/capture/live-capture.ts';
import type { Finding } from './doctor-checks.ts';

interface CaptureSettings {
  /** `live` where the settings say that traffic is captured from the start. */
  readonly mode: string;
  readonly captureTool: 'auto' | ToolName;
}

/**
 * Whether packets can be captured on this machine by this user: found out by doing so, for a moment, on the loopback
 * interface. Nothing of it is kept. Files can be analysed in any case.
 */
export async function checkCapture({ mode, captureTool }: CaptureSettings): Promise<Finding> {
  const zstd = `zstd files are read ${nativeZstd ? 'by Node itself' : 'in JavaScript, more slowly than by Node 22.15'}`;
  let tool: { readonly name: ToolName; readonly path: string };
  try {
    tool = findTool(captureTool);
  } catch (error) {
    const detail = `captures can be read, not taken; ${zstd}. ${messageOf(error)}`;
    return mode === 'live'
      ? { status: 'failed', detail, fix: 'install one, or unset traffic.mode' }
      : { status: 'ok', detail };
  }
  const problem = await problemOf(tool.name);
  if (problem === undefined) return { status: 'ok', detail: `${tool.name} may capture; ${zstd}` };
  return {
    status: mode === 'live' ? 'failed' : 'warn',
    detail: `${tool.name} is there, but cannot capture: ${problem}`,
    fix: `setcap cap_net_raw=ep ${tool.path}; where only a group such as wireshark may run it: usermod -aG wireshark USER`,
  };
}

async function problemOf(tool: ToolName): Promise<string | undefined> {
  const loopback = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ internal }) => internal),
  );
  const capture = new LiveCapture({ tool, ringPackets: 1, ringBytes: 1, folder: tmpdir() });
  try {
    await capture.start({ interface: loopback?.[0] ?? 'lo' });
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await capture.stop();
  }
}
