import { Client, type ServerOptions } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { formatOf, type OutputOptions, printOne, printRows, type Row, safe } from './output.ts';

const SCOPES: readonly string[] = ['read', 'ingest', 'admin'];
const TIERS: readonly string[] = ['free', 'standard', 'premium', 'enterprise'];

interface KeyOptions extends ServerOptions, OutputOptions {
  readonly scopes: string;
  readonly tier?: string;
  readonly expires?: string;
}

export const keys = command({
  name: 'keys',
  description: 'Create, list and revoke API keys. Needs a key with the scope admin.',
  examples: [
    'vedette keys create sensor-1 --scopes ingest',
    'vedette keys create report --scopes read --expires 90d',
    'vedette keys list',
    'vedette keys revoke ID',
  ],
  args: {
    action: { type: 'positional', required: true, description: 'create, list or revoke' },
    name: { type: 'positional', required: false, description: 'Name of the new key, or id of the one to revoke' },
    scopes: { type: 'string', default: 'read', valueHint: 'a,b', description: `Out of ${SCOPES.join(', ')}` },
    tier: { type: 'string', valueHint: 'TIER', description: `One of ${TIERS.join(', ')}` },
    expires: { type: 'string', valueHint: '90d', description: 'Days until it expires (90d), or an ISO time' },
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const client = Client.from(args, io);
    if (args.action === 'list') return list(client, args, io);
    if (args.action === 'create') return create(client, named(args.name, 'name the key'), args, io);
    if (args.action === 'revoke') return revoke(client, named(args.name, 'give its id'), io);
    throw new CliError(EXIT.usage, `keys cannot ${args.action}.`, 'create, list or revoke');
  },
});

function named(name: string | undefined, hint: string): string {
  if (name) return name;
  throw new CliError(EXIT.usage, 'A name is missing.', hint);
}

async function list(client: Client, options: OutputOptions, io: Io): Promise<ExitCode> {
  const answer = await client.json<Row[] | { readonly items?: Row[]; readonly keys?: Row[] }>('GET', '/v1/keys');
  const rows = Array.isArray(answer) ? answer : (answer.items ?? answer.keys ?? []);
  const columns = ['id', 'name', 'prefix', 'scopes', 'tier', 'disabled', 'expires_at', 'last_used_at', 'created_at'];
  const show = (value: unknown) => (Array.isArray(value) ? value.join(',') : safe(value));
  await printRows(
    rows,
    columns.map((field) => ({ field, show })),
    options,
    io,
  );
  return EXIT.ok;
}

async function create(client: Client, name: string, options: KeyOptions, io: Io): Promise<ExitCode> {
  const scopes = options.scopes.split(',').map((scope) => scope.trim());
  const strange = scopes.find((scope) => !SCOPES.includes(scope));
  if (strange !== undefined) throw new CliError(EXIT.usage, `There is no scope ${strange}.`, SCOPES.join(', '));
  if (options.tier !== undefined && !TIERS.includes(options.tier)) {
    throw new CliError(EXIT.usage, `There is no tier ${options.tier}.`, TIERS.join(', '));
  }
  const body = { name, scopes, tier: options.tier, expires_at: expiry(options.expires, Date.now()) };
  const answer = await client.json<Row & { secret: string }>('POST', '/v1/keys', {}, body);
  await printOne(answer, options, io, () => `${answer.secret}\n`);
  if (formatOf(options) === 'table') io.say(`The key of ${name}, shown this once. Keep it where secrets are kept.`);
  return EXIT.ok;
}

async function revoke(client: Client, id: string, io: Io): Promise<ExitCode> {
  await client.json('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  io.say(`Key ${id} is revoked.`);
  return EXIT.ok;
}

/** `90d` from `now` (ms), or an ISO time → ISO; undefined stays undefined. */
export function expiry(text: string | undefined, now: number): string | undefined {
  if (text === undefined) return undefined;
  const days = /^(\d{1,5})d$/.exec(text);
  const at = days ? now + Number(days[1]) * 86_400_000 : Date.parse(text);
  if (Number.isNaN(at) || at <= now) throw new CliError(EXIT.usage, `${text} is no time to come.`, '--expires 90d');
  return new Date(at).toISOString();
}
