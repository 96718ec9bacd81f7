import { AppError } from '../../kit/errors.ts';
import type { TrafficDirectory } from '../../model/traffic-view.ts';
import type { TrafficServiceOptions } from './service-options.ts';

/** Begins what the settings say is analysed from the start. @throws AppError as {@link TrafficDirectory} does */
export async function beginFirst(
  { mode = 'off', pcap, interface: name }: Pick<TrafficServiceOptions, 'mode' | 'pcap' | 'interface'>,
  traffic: Pick<TrafficDirectory, 'compute' | 'startCapture'>,
): Promise<void> {
  if (mode === 'pcap') await traffic.compute({ source: 'pcap', file: named(pcap, 'traffic.pcap') });
  else if (mode === 'live') await traffic.startCapture({ interface: named(name, 'traffic.interface') });
}

function named(value: string | undefined, setting: string): string {
  if (value) return value;
  throw new AppError('INVALID_PARAMETER', `${setting} is not set.`);
}
