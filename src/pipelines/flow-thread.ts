import { Worker } from 'node:worker_threads';
import type { FlowOrder } from './flow-messages.ts';

/** Starts the thread that receives and decodes flows. */
export function startFlowThread(order: FlowOrder): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./flow-worker.js', import.meta.url), { workerData: order });
  // Run from its sources, the thread needs the loader that the process has; its entry cannot be TypeScript itself.
  const loader = import.meta.resolve('tsx/esm/api');
  const entry = new URL('./flow-worker.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`;
  return new Worker(code, { workerData: order, eval: true, execArgv: [] });
}
