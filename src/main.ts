import { run } from './cli/run.ts';

// A reader that goes away early (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  createApp: async (config, options) => (await import('./app.ts')).createApp(config, options),
  createAnalysis: async (options, hooks) => (await import('./analysis.ts')).createAnalysis(options, hooks),
});
