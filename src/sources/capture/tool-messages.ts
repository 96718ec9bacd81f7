import { AppError } from '../../kit/errors.ts';
import type { CaptureTool } from './capture-tool.ts';

/** What a tool says at its end. */
export interface ToolTotals {
  /** Packets that the kernel threw away because they were not fetched in time; null when it is not said. */
  readonly dropped: number | null;
}

/** Reads the figures that dumpcap and tcpdump write to stderr when they end. */
export function readTotals(output: string): ToolTotals {
  const both = /^Packets received\/dropped on interface .*: \d+\/(\d+)/m.exec(output);
  if (both) return { dropped: Number(both[1]) };
  const kernel = /^(\d+) packets? dropped by kernel/m.exec(output);
  if (!kernel) return { dropped: null };
  const card = /^(\d+) packets? dropped by interface/m.exec(output);
  return { dropped: Number(kernel[1]) + Number(card?.[1] ?? 0) };
}

/** Why a tool did not begin to capture, in words of ours. */
export function explainFailure(
  tool: CaptureTool,
  output: string,
  order: { readonly interface: string; readonly filter?: string },
): AppError {
  if (
    /no such device|no device named|doesn't exist|does not exist|BIOCSETIF failed: Device not configured/i.test(output)
  )
    return new AppError('INVALID_PARAMETER', `There is no interface ${order.interface} to capture on.`);
  // EPERM: the file has a capability that this container or service may not give.
  if (/permission|not permitted|must be root|\bEPERM\b|\bEACCES\b/i.test(output))
    return new AppError(
      'CAPTURE_IMPOSSIBLE',
      `${tool.name} lacks the permission to capture on ${order.interface}. Give it the capability with "setcap cap_net_raw=ep ${tool.path}", or start the container with --cap-add NET_RAW.`,
    );
  if (order.filter !== undefined && /filter|syntax error|expression|unknown (host|port|network|ether)/i.test(output))
    return new AppError('INVALID_PARAMETER', `The filter "${order.filter}" cannot be used: ${reasonIn(output)}.`);
  if (/is not up|network is down/i.test(output))
    return new AppError('CAPTURE_IMPOSSIBLE', `The interface ${order.interface} is down.`);
  return new AppError('CAPTURE_IMPOSSIBLE', `${tool.name} ended at once: ${reasonIn(output)}.`);
}

/** The sentence that says what is wrong, out of all that a tool writes. */
function reasonIn(output: string): string {
  const inner = /\(can't parse filter expression: (.+)\)/.exec(output)?.[1];
  if (inner !== undefined) return inner;
  const lines = output.split('\n').filter((line) => /^(dumpcap|tcpdump): (?!listening|verbose|WARNING)/i.test(line));
  const line = lines[0] ?? output.trim().split('\n').at(-1) ?? '';
  const text = line
    .replace(/^\w+: /, '')
    .replace(/^can't parse filter expression: /, '')
    .replace(/[.\s]+$/, '')
    .slice(0, 300);
  return text === '' ? 'it does not say why' : text;
}
