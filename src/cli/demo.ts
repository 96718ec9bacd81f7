import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEMO_EXPORTERS_YAML } from '../../demo/exporters/demo-devices.ts';
import { DemoExporters } from '../../demo/exporters/demo-exporters.ts';
import { demoListen, demoTargets } from '../../demo/exporters/targets.ts';
import { DemoOutputs } from '../../demo/receivers/demo-outputs.ts';
import { DemoTraffic, demoLog, demoThreatList, prepareDemo } from '../../demo/traffic.ts';
import { messageOf } from '../kit/errors.ts';
import { type Command, command } from './command.ts';
import type { CreateApp } from './host.ts';
import { prepare, runApp, SERVE_ARGS } from './serve.ts';

/** Not the folder of `serve`: demo traffic must never mix with yours. */
const DEMO_DATA = join('.data', 'demo');

export function demo(createApp: CreateApp): Command {
  return command({
    name: 'demo',
    description: 'Run the server with the traffic of an invented office, in a data folder of its own (.data/demo).',
    examples: ['vedette demo', 'vedette demo --open --data /tmp/vedette-demo'],
    args: SERVE_ARGS,
    async run({ args, io }) {
      const data = args.data ?? DEMO_DATA;
      const folder = join(resolve(io.cwd, data), 'office');
      await prepareDemo(folder);
      const exportersFile = join(folder, 'exporters.yaml');
      await writeFile(exportersFile, DEMO_EXPORTERS_YAML);
      // The invented router and your own commands share one key, and must not use up each other's limit.
      const extra = {
        'intel.threatList': demoThreatList(folder),
        'ingest.rpm': 6000,
        'flows.listen': await demoListen(),
        'flows.exporters': exportersFile,
      };
      const { config, log } = prepare({ ...args, data }, io, extra);
      const follow = [{ path: demoLog(folder), encoding: 'auto' }];
      const app = await createApp(config, { log, follow, mode: 'demo' });
      return runApp(app, io, args.open === true, ({ address, cliKey }) => {
        io.say(`Demo data: an invented office. Commands find it with --data ${data}`);
        const traffic = new DemoTraffic({
          endpoint: address,
          key: cliKey,
          folder,
          warn: (message) => log.warn(message),
        });
        traffic.start().catch((error: unknown) => log.warn(`demo traffic: ${messageOf(error)}`));
        const { flows } = config.settings;
        const targets = flows.enabled ? demoTargets(flows.listen) : undefined;
        const exporters = targets && new DemoExporters(targets);
        exporters?.start().catch((error: unknown) => log.warn(`demo exporters: ${messageOf(error)}`));
        const outputs = new DemoOutputs({ endpoint: address, key: cliKey, warn: (message) => log.warn(message) });
        outputs.start().catch((error: unknown) => log.warn(`demo outputs: ${messageOf(error)}`));
        return () => {
          outputs.stop().catch((error: unknown) => log.warn(`demo outputs: ${messageOf(error)}`));
          traffic.stop();
          exporters?.stop();
        };
      });
    },
  });
}
