import { describeSettings, loadConfig } from '../kit/config.ts';
import { command, OUTPUT_ARGS, SETTINGS_ARGS } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { printRows, type Row } from './output.ts';
import { settingFlags } from './setting-flags.ts';

export const config = command({
  name: 'config',
  description: 'Show the settings in force and where each comes from, or only check them. Secrets are masked.',
  examples: ['vedette config print', 'vedette config print --changed', 'vedette config check --config vedette.yaml'],
  args: {
    action: { type: 'positional', default: 'print', description: 'print or check' },
    changed: { type: 'boolean', description: 'Only what is not the default' },
    ...SETTINGS_ARGS,
    ...OUTPUT_ARGS,
  },
  async run({ args, io }) {
    if (args.action !== 'print' && args.action !== 'check') {
      throw new CliError(EXIT.usage, `config cannot ${args.action}.`, 'print or check');
    }
    const loaded = loadConfig({ flags: settingFlags(args), configFile: args.config, env: io.env, cwd: io.cwd });
    for (const warning of loaded.warnings) io.say(`${io.colors.yellow('warn ')} ${warning}`);
    const rows = describeSettings(loaded).filter((row) => !args.changed || row.source !== 'default');
    if (args.action === 'print') {
      const columns = [{ field: 'name' }, { field: 'value' }, { field: 'source' }];
      await printRows(rows as unknown as Row[], columns, args, io);
    }
    io.say(`${io.colors.green('ok')} settings can be used${loaded.file ? ` (${loaded.file})` : ' (no settings file)'}`);
    return EXIT.ok;
  },
});
