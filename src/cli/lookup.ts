import { Client } from './client.ts';
import { command, OUTPUT_ARGS, SERVER_ARGS } from './command.ts';
import { EXIT } from './exit.ts';
import type { Colors } from './io.ts';
import { formatOf, printOne, printRows, type Row, safe } from './output.ts';

/** The answer of POST /v1/lookup for one address or domain. */
export interface LookupAnswer {
  readonly query: string;
  readonly type?: string;
  readonly scope?: string;
  readonly geo?: { readonly country: string; readonly city: string } | null;
  readonly asn?: { readonly asn: number; readonly org: string } | null;
  readonly threats?: readonly { indicator: string; category: string; confidence: number; source: string }[];
  readonly risk?: { score: number; reasons: readonly { code: string; points: number; reason?: string }[] };
  readonly attribution?: readonly string[];
  readonly error?: string;
}

export const lookup = command({
  name: 'lookup',
  description: 'What is known about an address or a domain. Defanged spellings are understood.',
  examples: [
    'vedette lookup 203.0.113.7',
    'vedette lookup evil[.]example',
    'vedette lookup 192.0.2.1 192.0.2.2 -o csv',
  ],
  args: {
    value: { type: 'positional', required: true, description: 'Address, domain or URL; several are possible' },
    ...OUTPUT_ARGS,
    ...SERVER_ARGS,
  },
  async run({ args, io }) {
    const values = args._.map(refang);
    const client = Client.from(args, io);
    if (values.length === 1) {
      const body = isDomain(values[0]) ? { domain: values[0] } : { ip: values[0] };
      const answer = await client.json<LookupAnswer>('POST', '/v1/lookup', {}, body);
      await printOne(answer as unknown as Row, args, io, () => card(answer, io.colors));
      return EXIT.ok;
    }
    const body = { indicators: values };
    const { results } = await client.json<{ results: LookupAnswer[] }>('POST', '/v1/lookup', {}, body);
    if (formatOf(args) === 'table' && args.fields === undefined) {
      await io.out(results.map((answer) => card(answer, io.colors)).join('\n'));
    } else {
      const fields = ['query', 'type', 'scope', 'geo.country', 'geo.city', 'asn.asn', 'asn.org', 'risk.score', 'error'];
      await printRows(
        results as unknown as Row[],
        fields.map((field) => ({ field })),
        args,
        io,
      );
    }
    return results.some((answer) => answer.error) ? EXIT.partial : EXIT.ok;
  },
});

/** `hxxp://evil[.]example/a` → `evil.example`, `203[.]0[.]113[.]7` → `203.0.113.7`. */
export function refang(value: string): string {
  const text = value
    .trim()
    .replaceAll(/\[(\.|:)\]|\((\.)\)|\{(\.)\}/g, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? '.')
    .replace(/^hxxp/i, 'http');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && URL.canParse(text))
    return new URL(text).hostname.replace(/^\[|\]$/g, '');
  return text;
}

/** Whether to ask for it as a domain; what is neither is asked for as an address, and refused with the reason. */
function isDomain(value: string): boolean {
  return !value.includes(':') && /[a-z_-]/i.test(value) && value.includes('.');
}

/** The word for a score, as everywhere in Vedette. */
function verdict(score: number, threats: number, colors: Colors): string {
  if (threats > 0 && score >= 70) return colors.red('MALICIOUS');
  if (threats > 0 || score >= 40) return colors.yellow('SUSPICIOUS');
  return colors.green('NOTHING KNOWN AGAINST IT');
}

/** Several lines for a person. */
export function card(answer: LookupAnswer, colors: Colors): string {
  const { bold, dim } = colors;
  if (answer.error) return `${bold(safe(answer.query))}   ${colors.red('error')} ${safe(answer.error)}\n`;
  const threats = answer.threats ?? [];
  const score = answer.risk?.score ?? 0;
  const lines = [`${bold(safe(answer.query))}   ${verdict(score, threats.length, colors)}   risk ${score} / 100`];
  const place = [answer.geo?.city, answer.geo?.country].filter(Boolean).map(safe).join(', ');
  const network = answer.asn?.asn ? `AS${answer.asn.asn} ${safe(answer.asn.org)}` : '';
  const scope = answer.scope && answer.scope !== 'global' ? `${safe(answer.scope)} address` : '';
  const where = [network, place, scope].filter(Boolean).join(' · ');
  if (where) lines.push(`  ${where}`);
  for (const threat of threats) {
    const parts = [safe(threat.source), String(threat.confidence), safe(threat.category), dim(safe(threat.indicator))];
    lines.push(`  ${parts.join('  ')}`);
  }
  for (const { points, reason, code } of answer.risk?.reasons ?? []) {
    lines.push(`  ${dim('why')}  ${points >= 0 ? '+' : ''}${points}  ${safe(reason ?? code)}`);
  }
  for (const notice of answer.attribution ?? []) lines.push(`  ${dim(safe(notice))}`);
  return `${lines.join('\n')}\n`;
}
