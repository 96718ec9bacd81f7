import type { Worker } from 'node:worker_threads';
import type { FlowOrder } from './flow-messages.ts';
import { startThread } from './start-thread.ts';

/** Starts the thread that receives and decodes flows. */
export function startFlowThread(order: FlowOrder): Worker {
  return startThread(new URL('./flow-worker.ts', import.meta.url), { workerData: order });
}
