/**
 * Names of what bytes are, as senders, paths and settings spell them. A name stands for one format or for a family in
 * which each record is recognised by its keys.
 */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  auto: ['', 'json', 'ndjson', 'jsonl', 'any', 'bulk'],
  zeek: ['bro', 'zeek.json', 'zeek.v1'],
  netflow: ['netflow.json', 'flow.json', 'netflow.v1', 'ipfix.json', 'sflow.json'],
  'flows.v1': ['flows', 'flow', 'flows.json', 'flow.v1'],
  nfdump: ['nfdump.json', 'nfdump.v1'],
  pmacct: ['pmacct.json', 'pmacct.v1', 'nfacctd'],
  ntopng: ['ntopng.json', 'ntopng.v1', 'nprobe', 'ntop'],
  goflow2: ['goflow2.json', 'goflow2.v1', 'goflow'],
  ...Object.fromEntries(['conn', 'dns', 'ssl', 'http', 'notice', 'weird', 'files'].map(zeekLog)),
};

function zeekLog(log: string): [string, string[]] {
  const other = log === 'ssl' ? ['tls', 'zeek.tls'] : log === 'files' ? ['file', 'zeek.file'] : [];
  return [`zeek.${log}`, [log, `zeek.${log}.v1`, `${log}.v1`, `${log}.log`, `zeek.${log}.log`, `bro.${log}`, ...other]];
}

const canonical = new Map<string, string>();
for (const [name, spellings] of Object.entries(SPELLINGS))
  for (const spelling of [name, ...spellings]) canonical.set(spelling, name);

/** The encodings that {@link canonicalEncoding} answers. */
export const JSON_ENCODINGS: readonly string[] = Object.keys(SPELLINGS);

/**
 * The encoding that is meant by `name`, in any case and with `-`, `_` or `/` for the dot: `Zeek_Conn`, `zeek.conn.v1` and
 * `conn` are `zeek.conn`; `nfdump-json` is `nfdump`. Undefined for a name that no JSON format has.
 */
export function canonicalEncoding(name: string): string | undefined {
  return canonical.get(
    name
      .trim()
      .toLowerCase()
      .replace(/[-_/ ]/g, '.'),
  );
}
