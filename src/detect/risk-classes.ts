import type { Dictionary } from '../model/dictionary.ts';
import type { RiskCode } from './risk-weights.ts';

/**
 * Numbers for the strings of a dictionary, worked out once per string and then read by code. Dictionaries grow and
 * come and go with batches; the table goes with its dictionary.
 */
export class DictionaryClasses {
  readonly #classify: (text: string) => number;
  readonly #tables = new WeakMap<Dictionary, { classes: Uint8Array; done: number }>();

  constructor(classify: (text: string) => number) {
    this.#classify = classify;
  }

  /** The class of every code that `dictionary` has now. */
  of(dictionary: Dictionary): Uint8Array {
    let table = this.#tables.get(dictionary);
    if (table === undefined) {
      table = { classes: new Uint8Array(64), done: 0 };
      this.#tables.set(dictionary, table);
    }
    if (table.done < dictionary.size) this.#extend(table, dictionary.strings);
    return table.classes;
  }

  #extend(table: { classes: Uint8Array; done: number }, strings: readonly string[]): void {
    if (strings.length > table.classes.length) {
      const larger = new Uint8Array(Math.max(strings.length, table.classes.length * 2));
      larger.set(table.classes);
      table.classes = larger;
    }
    for (; table.done < strings.length; table.done++) table.classes[table.done] = this.#classify(strings[table.done]);
  }
}

/** Classes of threat categories, in order; a category of nobody's is `intel.other`. */
export const INTEL_CODES = [
  'intel.other',
  'intel.ransomware',
  'intel.c2',
  'intel.exploit',
  'intel.malware',
  'intel.phishing',
  'intel.bruteforce',
  'intel.scanner',
  'intel.spam',
  'intel.anonymizer',
] as const satisfies readonly RiskCode[];

/** The first that fits counts: `ransomware c2` is ransomware. */
const CATEGORY_WORDS: readonly (readonly [(typeof INTEL_CODES)[number], RegExp])[] = [
  ['intel.ransomware', /ransom/],
  ['intel.c2', /\bc2\b|\bcc\b|c&c|\bcnc\b|command.?and.?control|botnet|beacon/],
  ['intel.exploit', /exploit|\brce\b|\bcve\b|web.?(attack|shell)|sql.?i|intrusion|hacking/],
  ['intel.phishing', /phish|credential.?harvest|fraud|scam/],
  ['intel.malware', /malware|malicious|trojan|payload|\brat\b|stealer|loader|dropper|worm|virus|cryptominer|coinminer/],
  ['intel.bruteforce', /brute|password|\bssh\b|\bftp\b|\bddos\b|\bdos\b|attack/],
  ['intel.scanner', /scan|recon|probe|crawler|\bbot\b/],
  ['intel.spam', /spam/],
  ['intel.anonymizer', /\btor\b|proxy|vpn|anonymi[sz]/],
];

/** Index into {@link INTEL_CODES} of what a feed calls a category. */
export function intelClass(category: string): number {
  const words = category.toLowerCase().replaceAll('_', ' ');
  const found = CATEGORY_WORDS.find(([, pattern]) => pattern.test(words));
  return found ? INTEL_CODES.indexOf(found[0]) : 0;
}

export const STATE = {
  none: 0,
  unanswered: 1,
  refused: 2,
  reset: 3,
  nxdomain: 4,
  selfSigned: 5,
  invalid: 6,
  attack: 7,
} as const;

/**
 * Zeek conn_state (conn.log) of connections that came to nothing:
 * unanswered S0 SH, refused REJ RSTOS0 RSTRH SHR, reset RSTO RSTR.
 */
const CONN_STATES: Readonly<Record<string, number>> = {
  S0: STATE.unanswered,
  SH: STATE.unanswered,
  REJ: STATE.refused,
  RSTOS0: STATE.refused,
  RSTRH: STATE.refused,
  SHR: STATE.refused,
  RSTO: STATE.reset,
  RSTR: STATE.reset,
  NXDOMAIN: STATE.nxdomain,
  '3': STATE.nxdomain,
};

const ATTACK_NOTICE = /scan|attack|brute|guess|exploit|sql_injection|heartbleed|malware|c2|exfil|shellshock|log4j/i;

/** What the column `state` says, of any kind of event; each kind asks only for the classes that are its own. */
export function stateClass(state: string): number {
  const known = CONN_STATES[state];
  if (known !== undefined) return known;
  if (/self.?signed/i.test(state)) return STATE.selfSigned;
  if (/certificate|expired|not yet valid|unable to|revoked|hostname mismatch/i.test(state)) return STATE.invalid;
  // Notices are named Module::Note.
  if (state.includes('::') && ATTACK_NOTICE.test(state)) return STATE.attack;
  return STATE.none;
}

export const PORT = { none: 0, remote: 1, windows: 2, database: 3, control: 4, login: 5, telnet: 6, usual: 7 } as const;

/** What the ports of responders are for; {@link PORT.usual} is everything else that hosts reach out to every day. */
const PORTS: Readonly<Record<keyof typeof PORT, readonly number[]>> = {
  none: [],
  remote: [22, 992, 2222, 3389, 5900, 5901, 5902, 5903, 5938, 5985, 5986],
  windows: [135, 137, 138, 139, 445],
  database: [1433, 1434, 1521, 3306, 5432, 5984, 6379, 7000, 9042, 9200, 9300, 11211, 27017],
  control: [161, 623, 2375, 2376, 2379, 4786, 5555, 6443, 7547, 8291, 10250],
  /** FTP, POP3, IMAP: passwords in clear text. */
  login: [21, 110, 143],
  /** Telnet and rlogin: remote access and passwords in clear text. */
  telnet: [23, 512, 513, 2323],
  usual: [
    25, 43, 53, 67, 68, 69, 80, 88, 113, 119, 123, 179, 194, 389, 443, 465, 500, 514, 515, 546, 547, 554, 563, 587, 631,
    636, 853, 873, 989, 990, 993, 995, 1194, 1723, 1935, 3478, 3479, 3480, 3481, 4433, 4500, 5060, 5061, 5222, 5223,
    5228, 5229, 5230, 5269, 5349, 6667, 6697, 8000, 8008, 8009, 8080, 8081, 8088, 8443, 8883, 8888, 9418, 19302, 51820,
  ],
};

/** Class of every port, a code of {@link PORT}. */
export const PORT_CLASSES: Uint8Array = portClasses();

function portClasses(): Uint8Array {
  const classes = new Uint8Array(65_536);
  for (const [name, ports] of Object.entries(PORTS))
    for (const port of ports) classes[port] = PORT[name as keyof typeof PORT];
  return classes;
}
