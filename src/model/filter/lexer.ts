import { FilterError } from './error.ts';

export type TokenKind = 'word' | 'string' | 'operator' | '(' | ')' | ',' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** What it means: a string without its quotes and escapes, an operator in its canonical spelling. */
  readonly text: string;
  readonly at: number;
  /** Length in the text, quotes included. */
  readonly length: number;
}

/** Longer filters are refused: nobody writes them, and every one of them costs a query. */
export const FILTER_LENGTH = 8192;

const OPERATORS: Readonly<Record<string, string>> = {
  '==': '=',
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<=': '<=',
  '>=': '>=',
  '<': '<',
  '>': '>',
  '!~': '!~',
  '~': '~',
  '&&': 'and',
  '||': 'or',
  '!': 'not',
};

const WORD = /[^\s()"',=!<>~&|]+/y;
const SPACE = /\s*/y;

/** Cuts a filter into tokens; the last one is of kind `end`. @throws FilterError */
export function tokenize(text: string): Token[] {
  if (text.length > FILTER_LENGTH)
    throw new FilterError(`The filter is longer than ${FILTER_LENGTH} characters.`, FILTER_LENGTH, 1);
  const tokens: Token[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const token = readToken(text, at);
    tokens.push(token);
    at = skipSpace(text, at + token.length);
  }
  tokens.push({ kind: 'end', text: '', at: text.length, length: 0 });
  return tokens;
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function readToken(text: string, at: number): Token {
  const first = text[at];
  if (first === '(' || first === ')' || first === ',') return { kind: first, text: first, at, length: 1 };
  if (first === '"' || first === "'") return readString(text, at, first);
  // The longer spelling first; at the end of the text both are the same one character.
  for (const spelling of [text.slice(at, at + 2), first]) {
    if (Object.hasOwn(OPERATORS, spelling))
      return { kind: 'operator', text: OPERATORS[spelling], at, length: spelling.length };
  }
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) {
    const doubled = first === '&' || first === '|' ? first + first : undefined;
    throw new FilterError(`The character "${first}" means nothing here.`, at, 1, doubled);
  }
  return { kind: 'word', text: word, at, length: word.length };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', "'": "'" };

/** An escape that is not one of ours stays as it is written, so that regular expressions need no doubled backslash. */
function readString(text: string, at: number, quote: string): Token {
  let value = '';
  let i = at + 1;
  while (i < text.length && text[i] !== quote) {
    if (text[i] !== '\\' || i + 1 >= text.length) value += text[i++];
    else {
      const unicode = /^u([0-9a-f]{4})/i.exec(text.slice(i + 1, i + 6));
      const next = text[i + 1];
      if (unicode) value += String.fromCharCode(Number.parseInt(unicode[1], 16));
      else value += ESCAPES[next] ?? `\\${next}`;
      i += unicode ? 6 : 2;
    }
  }
  if (i >= text.length) throw new FilterError(`The string has no closing ${quote}.`, at, text.length - at);
  return { kind: 'string', text: value, at, length: i + 1 - at };
}
