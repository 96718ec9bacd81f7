import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a thread whose entry is a module of ours.
 * @param entry its URL, ending in `.ts` as it is written here.
 */
export function startThread(entry: URL, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(entry.href.replace(/\.ts$/, '.js')), options);
  // Run from its sources, the thread needs the loader that the process has; its entry cannot be TypeScript itself.
  const loader = import.meta.resolve('tsx/esm/api');
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(code, { ...options, eval: true, execArgv: [] });
}
