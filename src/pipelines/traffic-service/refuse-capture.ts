import { AppError } from '../../kit/errors.ts';
import type { CaptureOrder } from '../../model/traffic-view.ts';
import type { Runs } from './runs.ts';
import type { Capture } from './service-options.ts';

const OUTPUT_NAME = /^[A-Za-z0-9][\w.-]{0,120}\.(pcap|cap)$/;

/** Says why a capture cannot be started now. @throws AppError INVALID_PARAMETER, CAPTURE_IMPOSSIBLE */
export function refuseCapture({ outputFile }: CaptureOrder, capture: Capture, runs: Runs): void {
  if (outputFile !== undefined && !OUTPUT_NAME.test(outputFile))
    throw new AppError('INVALID_PARAMETER', 'output_file is a plain file name that ends in .pcap or .cap.');
  if (capture.running)
    throw new AppError('CAPTURE_IMPOSSIBLE', `A capture on ${capture.status().interface} is running already.`);
  if (runs.busy) throw new AppError('CAPTURE_IMPOSSIBLE', 'An analysis is running: wait for its end, or cancel it.');
}
