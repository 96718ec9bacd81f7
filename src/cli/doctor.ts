import { loadConfig } from '../kit/config.ts';
import { messageOf } from '../kit/errors.ts';
import { Client } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS, SETTINGS_ARGS } from './command.ts';
import { checkCapture } from './doctor-capture.ts';
import { type Check, checksFor, type Finding } from './doctor-checks.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { formatOf, printRows, type Row } from './output.ts';
import { settingFlags } from './setting-flags.ts';
import { printable } from './table.ts';

/** One line of the report; `ms` is how long the check took. */
export interface CheckResult extends Finding {
  readonly id: string;
  readonly group: string;
  readonly ms: number;
}

export const doctor = command({
  name: 'doctor',
  description: 'Check machine, folders, engines, databases and ports, and say how to fix what is wrong.',
  examples: ['vedette doctor', 'vedette doctor --json', 'vedette doctor --server https://vedette.example'],
  args: {
    strict: { type: 'boolean', description: 'Warnings fail as well' },
    ...SETTINGS_ARGS,
    ...SERVER_ARGS,
    ...OUTPUT_ARGS,
  },
  async run({ args, io }) {
    const format = formatOf(args);
    const checks = settingsCheck(args, io);
    if (args.server !== undefined || io.env.VEDETTE_SERVER) {
      checks.push({ id: 'server', group: 'network', run: () => checkServer(Client.from(args, io), Date.now) });
    }
    const results = await runChecks(checks);
    const failed = results.filter((result) => result.status === 'failed').length;
    const warnings = results.filter((result) => result.status === 'warn').length;
    const ok = failed === 0 && (!args.strict || warnings === 0);
    if (format === 'json') await io.out(`${JSON.stringify({ ok, checks: results }, null, 2)}\n`);
    else if (format === 'table' && args.fields === undefined) {
      await io.out(results.map((result) => lines(result, io)).join(''));
      io.say(`${results.length - failed - warnings} ok · ${warnings} warnings · ${failed} failed`);
    } else {
      const columns = ['id', 'group', 'status', 'detail', 'fix', 'ms'].map((field) => ({ field }));
      await printRows(results as unknown as Row[], columns, args, io);
    }
    return ok ? EXIT.ok : EXIT.failed;
  },
});

/** The checks that the settings call for; when they cannot be used, that is the finding. */
function settingsCheck(options: Parameters<typeof settingFlags>[0] & { config?: string }, io: Io): Check[] {
  const group = 'machine';
  try {
    const flags = settingFlags(options);
    const { settings, warnings, file } = loadConfig({ flags, configFile: options.config, env: io.env, cwd: io.cwd });
    const finding: Finding =
      warnings.length > 0
        ? { status: 'warn', detail: warnings.join(' '), fix: 'correct or unset them' }
        : { status: 'ok', detail: file ?? 'no settings file' };
    return [
      { id: 'settings', group, run: async () => finding },
      ...checksFor(settings),
      { id: 'capture', group: 'network', run: () => checkCapture(settings.traffic) },
    ];
  } catch (error) {
    const detail = messageOf(error).replaceAll('\n', ' ');
    return [{ id: 'settings', group, run: async () => ({ status: 'failed', detail, fix: 'vedette config check' }) }];
  }
}

/** One after the other, so that each has the machine to itself; one that throws has failed. */
export async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { id, group, run } of checks) {
    const began = performance.now();
    const finding = await run().catch(
      (error: unknown): Finding => ({ status: 'failed', detail: messageOf(error), fix: 'see the message' }),
    );
    results.push({ id, group, ...finding, ms: Math.round(performance.now() - began) });
  }
  return results;
}

/** Reachable, healthy, and of the same time of day. */
export async function checkServer(client: Client, now: () => number): Promise<Finding> {
  const response = await client.request('/v1/health');
  const health = (await response.json()) as { status?: string; version?: string };
  const skew = Math.abs(now() - Date.parse(response.headers.get('date') ?? '')) / 1000;
  if (skew > 30) {
    return {
      status: 'warn',
      detail: `the clocks differ by ${Math.round(skew)} s`,
      fix: 'turn on NTP on both machines',
    };
  }
  const detail = `${client.server} is ${health.status}, version ${health.version}`;
  return health.status === 'ok' ? { status: 'ok', detail } : { status: 'warn', detail, fix: 'GET /v1/health says why' };
}

function lines({ status, id, detail, fix }: CheckResult, io: Io): string {
  const { green, yellow, red, dim } = io.colors;
  const word = { ok: green('ok  '), warn: yellow('warn'), failed: red('FAIL') }[status];
  const remedy = fix ? `      ${dim('fix')}  ${printable(fix)}\n` : '';
  return `${word}  ${id.padEnd(12)} ${printable(detail)}\n${remedy}`;
}
