import { type Half, needs, type Reader, STOP, type Talk } from './talk.ts';
import {
  begins,
  beginsAnyCase,
  either,
  latin1,
  lineEnd,
  MAYBE,
  type Match,
  NO,
  textOf,
  trimEnd,
  trimStart,
  YES,
} from './text.ts';
import { readTlsInside } from './tls-reader.ts';

const MAX_LINE = 1024;
const MAX_COMMANDS = 8;
const MAX_BANNER = 128;

const FTP_PORTS = new Set([21, 2121]);
const SMTP_PORTS = new Set([25, 465, 587, 2525]);
const POP3_PORTS = new Set([110, 995]);

export function isSsh(bytes: Uint8Array, start: number, end: number): Match {
  return begins(bytes, start, end, 'SSH-');
}

/** RFC 4253 section 4.2: `SSH-2.0-software comments`, from both sides. */
export const readSsh: Reader = (talk, half, bytes, start, end) => {
  const stop = lineEnd(bytes, start, Math.min(end, start + MAX_LINE));
  if (stop < 0) return waitForLine(half, start, end);
  if (!talk.claim('ssh')) return STOP;
  const text = textOf(bytes, start, trimEnd(bytes, start, stop));
  talk.attrs[half.fromOrig ? 'client' : 'server'] = text;
  // A server of both versions says 1.99.
  talk.attrs.version = text.startsWith('SSH-1.') && !text.startsWith('SSH-1.99') ? 1 : 2;
  return STOP;
};

/** Whether it is what a server of FTP, SMTP, POP3 or IMAP says first. */
export function isGreeting(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): Match {
  const mail = either(
    begins(bytes, start, end, '+OK'),
    begins(bytes, start, end, '* OK'),
    begins(bytes, start, end, '* PREAUTH'),
    begins(bytes, start, end, '* BYE'),
  );
  const known = FTP_PORTS.has(talk.port) || SMTP_PORTS.has(talk.port);
  return half.fromOrig ? NO : either(mail, isReplyCode(bytes, start, end, known));
}

/** `220 ` or `220-`; with a port that speaks for it the refusals 421 and 554 as well. */
function isReplyCode(bytes: Uint8Array, start: number, end: number, known: boolean): Match {
  const code = either(
    begins(bytes, start, end, '220'),
    known ? begins(bytes, start, end, '421') : NO,
    known ? begins(bytes, start, end, '554') : NO,
  );
  if (code !== YES) return code;
  if (end - start < 4) return MAYBE;
  return bytes[start + 3] === 0x20 || bytes[start + 3] === 0x2d ? YES : NO;
}

export const readGreeting: Reader = (talk, half, bytes, start, end) => {
  const stop = lineEnd(bytes, start, Math.min(end, start + MAX_LINE));
  if (stop < 0) return waitForLine(half, start, end);
  const line = trimEnd(bytes, start, stop);
  const service = greetingOf(talk, bytes, start, line);
  const digits = bytes[start] >= 0x30 && bytes[start] <= 0x39;
  const goesOn = digits && bytes[start + 3] === 0x2d;
  if (service === '') {
    // FTP and SMTP begin alike: a further line, or what the client says, tells which it is.
    if (goesOn && ++half.lines < MAX_COMMANDS) return stop + 1 - start;
    return STOP;
  }
  if (talk.claim(service) && talk.attrs.banner === undefined) {
    talk.attrs.banner = textOf(bytes, trimStart(bytes, start + (digits ? 4 : 0), line), line, MAX_BANNER);
  }
  return STOP;
};

function greetingOf(talk: Talk, bytes: Uint8Array, start: number, end: number): string {
  if (bytes[start] === 0x2b) return talk.port === 6379 ? '' : 'pop3';
  if (bytes[start] === 0x2a) return 'imap';
  const text = latin1(bytes, start, end).toLowerCase();
  if (/smtp|postfix|exim|sendmail/.test(text)) return 'smtp';
  if (text.includes('ftp')) return 'ftp';
  if (FTP_PORTS.has(talk.port)) return 'ftp';
  return SMTP_PORTS.has(talk.port) ? 'smtp' : '';
}

const SMTP_COMMANDS = ['ehlo ', 'helo ', 'lhlo '];
const LOGIN_COMMANDS = ['user ', 'auth ', 'capa', 'feat', 'syst', 'opts ', 'noop'];
const COMMANDS = [...SMTP_COMMANDS, ...LOGIN_COMMANDS];
/** What asks for TLS in SMTP, POP3, FTP; in IMAP behind a word of the client's choice. */
const START_TLS = ['starttls', 'stls', 'auth tls', 'auth ssl'];
const SERVICES = new Set(['ftp', 'smtp', 'pop3', 'imap']);

/** Whether it is what a client of SMTP, FTP or POP3 says first. */
export function isCommand(talk: Talk, half: Half, bytes: Uint8Array, start: number, end: number): Match {
  if (!half.fromOrig) return NO;
  // After the greeting it need not be one that we know.
  if (SERVICES.has(talk.service)) return YES;
  if (talk.service !== '') return NO;
  let best: Match = NO;
  for (const command of [...SMTP_COMMANDS, 'user ']) {
    const match = beginsAnyCase(bytes, start, end, command);
    if (match === YES) return YES;
    if (match === MAYBE) best = MAYBE;
  }
  return best;
}

/** Reads the commands that name the user or the client, up to others, or to the handshake of TLS. */
export const readCommands: Reader = (talk, half, bytes, start, end) => {
  const stop = lineEnd(bytes, start, Math.min(end, start + MAX_LINE));
  if (stop < 0) return waitForLine(half, start, end);
  const line = trimEnd(bytes, start, stop);
  const used = stop + 1 - start;
  const from = talk.service === 'imap' ? afterWord(bytes, start, line) : start;
  const is = (command: string) => beginsAnyCase(bytes, from, line, command) === YES;
  const word = () => textOf(bytes, trimStart(bytes, from + 5, line), line, MAX_BANNER);
  if (START_TLS.some(is)) {
    half.read = readTlsInside;
    return used;
  }
  if (SMTP_COMMANDS.some(is)) {
    if (talk.claim('smtp')) talk.attrs.helo ??= word();
  } else if (is('user ')) {
    talk.claim(POP3_PORTS.has(talk.port) ? 'pop3' : 'ftp');
    if (talk.service === 'ftp' || talk.service === 'pop3') talk.attrs.user ??= word();
  } else if (talk.service !== 'imap' && !COMMANDS.some(is)) return STOP;
  return ++half.lines < MAX_COMMANDS ? used : STOP;
};

function afterWord(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return trimStart(bytes, at, end);
}

function waitForLine(half: Half, start: number, end: number): number {
  return end - start < MAX_LINE ? needs(half, end - start + 1) : STOP;
}
