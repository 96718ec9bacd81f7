import type { Log } from '../../kit/log.ts';
import type { CaptureView } from '../../model/traffic-view.ts';
import type { Job } from './job.ts';
import type { Journal } from './journal.ts';

/** Writes down what came of a run over a file, of what a live capture holds, or of stored events. */
export function tellComputed(job: Job, journal: Journal, log: Log): void {
  const { state, source, input, packets, events, windows, anomalies, error } = job.view();
  if (state === 'done') {
    const read = source === 'events' ? `${events} events` : `${packets} packets`;
    journal.write('analysis', `${input}: ${read}, ${windows} windows, ${anomalies} anomalies.`);
    return;
  }
  journal.write('analysis', `${input} is not analysed: ${error ?? 'it was cancelled.'}`, 'warn');
  if (job.failure?.cause !== undefined) log.error({ err: job.failure.cause }, 'analysis failed');
}

/** Writes down that a live capture is over, and why when nobody asked for it. */
export function tellCaptured(job: Job, capture: CaptureView, journal: Journal): void {
  const { interface: name, packets, dropped, error } = capture;
  const failed = error ?? job.failure?.message;
  const text = `The capture on ${name} is over: ${packets} packets, ${dropped ?? 'unknown'} dropped.`;
  journal.write('capture', failed === undefined ? text : `${text} ${failed}`, failed ? 'warn' : 'info');
}
