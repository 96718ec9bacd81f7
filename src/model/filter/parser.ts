import type { FilterField, FilterNode } from './ast.ts';
import { anyOf, join, negate } from './build.ts';
import { FilterError } from './error.ts';
import { abilityOf, fieldPath, resolveField } from './fields.ts';
import { type Token, tokenize } from './lexer.ts';
import { nearest } from './nearest.ts';
import { compileRegex, RegexError } from './regex.ts';
import { readValue } from './values.ts';

/** Groups and negations within each other, and comparisons in all. */
const DEPTH_LIMIT = 32;
const TERM_LIMIT = 256;

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
type Part = 'contains' | 'startswith' | 'endswith' | 'matches';

const COMPARISONS: readonly string[] = ['=', '!=', '<', '<=', '>', '>='];
const PARTS: Readonly<Record<string, Part>> = {
  contains: 'contains',
  startswith: 'startswith',
  endswith: 'endswith',
  matches: 'matches',
  '~': 'matches',
};
const OPERATOR_WORDS = ['in', 'not', 'contains', 'startswith', 'endswith', 'matches', 'exists'];
const KEYWORDS = ['and', 'or', ...OPERATOR_WORDS];

export interface FilterOptions {
  /** Microseconds since 1970 that relative times count from; the clock when absent. */
  readonly now?: number;
}

/**
 * Reads a filter expression (docs/filter-language.md) and checks every field and value in it.
 * @returns undefined for an empty text: everything.
 * @throws FilterError, and nothing else, whatever `text` is.
 */
export function parseFilter(text: string, options: FilterOptions = {}): FilterNode | undefined {
  const tokens = tokenize(text);
  if (tokens.length === 1) return undefined;
  return new Parser(tokens, options.now ?? Date.now() * 1000).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #now: number;
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(tokens: readonly Token[], now: number) {
    this.#tokens = tokens;
    this.#now = now;
  }

  parse(): FilterNode {
    const node = this.#or();
    const rest = this.#token;
    if (rest.kind === 'end') return node;
    if (rest.kind === ')') throw fault(rest, 'This ")" closes nothing.');
    const near = rest.kind === 'word' ? nearest(rest.text, ['and', 'or']) : undefined;
    throw fault(rest, `"and" or "or" is missing before "${rest.text}".`, near);
  }

  get #token(): Token {
    return this.#tokens[this.#at];
  }

  /** The token in lower case when it is a bare word or an operator, else empty. */
  get #word(): string {
    const { kind, text } = this.#token;
    return kind === 'word' || kind === 'operator' ? text.toLowerCase() : '';
  }

  #take(kind: Token['kind']): boolean {
    if (this.#token.kind !== kind) return false;
    this.#at++;
    return true;
  }

  #skip(word: string): boolean {
    if (this.#word !== word) return false;
    this.#at++;
    return true;
  }

  #or(): FilterNode {
    const nodes = [this.#and()];
    while (this.#skip('or')) nodes.push(this.#and());
    return join('or', nodes);
  }

  #and(): FilterNode {
    const nodes = [this.#not()];
    while (this.#skip('and')) nodes.push(this.#not());
    return join('and', nodes);
  }

  #not(): FilterNode {
    const token = this.#token;
    if (this.#skip('not')) return this.#deeper(token, () => negate(this.#not()));
    if (!this.#take('(')) return this.#term();
    const node = this.#deeper(token, () => this.#or());
    if (!this.#take(')')) throw fault(this.#token, 'A ")" is missing.');
    return node;
  }

  #deeper(token: Token, read: () => FilterNode): FilterNode {
    if (++this.#depth > DEPTH_LIMIT) throw fault(token, `The filter is nested deeper than ${DEPTH_LIMIT} levels.`);
    const node = read();
    this.#depth--;
    return node;
  }

  #term(): FilterNode {
    const name = this.#token;
    if (++this.#terms > TERM_LIMIT) throw fault(name, `The filter has more than ${TERM_LIMIT} comparisons.`);
    if (name.kind === 'end') throw fault(name, 'The filter ends where a field such as src.ip is expected.');
    if (name.kind !== 'word' || KEYWORDS.includes(this.#word))
      throw fault(name, `A field such as src.ip is expected, not "${name.text}".`);
    const fields = this.#fields(name);
    const operator = this.#token;
    if (this.#skip('not')) return negate(this.#condition(fields, operator));
    if (this.#skip('!~')) return negate(this.#part(fields, operator, 'matches'));
    return this.#condition(fields, operator);
  }

  #fields(name: Token): FilterField[] {
    this.#at++;
    try {
      return resolveField(name);
    } catch (error) {
      // An address or a name alone: say how it is asked for.
      const alone = this.#token.kind === 'end' || this.#token.kind === ')' || ['and', 'or'].includes(this.#word);
      if (!(error instanceof FilterError) || !alone || error.suggestion !== undefined) throw error;
      const field = /^[\d.]+(\/\d+)?$|:/.test(name.text) ? 'ip =' : 'domain contains';
      const written = `${field} ${name.text}`;
      throw fault(name, `"${name.text}" stands alone; a comparison is written "${written}".`, written);
    }
  }

  #condition(fields: readonly FilterField[], first: Token): FilterNode {
    const operator = this.#token;
    const word = this.#word;
    this.#at++;
    if (COMPARISONS.includes(word) && first === operator) return this.#compare(fields, operator, word as Comparison);
    if (word === 'in') return this.#in(fields, operator);
    if (Object.hasOwn(PARTS, word)) return this.#part(fields, operator, PARTS[word]);
    if (word === 'exists') return anyOf(fields, (field) => ({ op: 'exists', field }));
    this.#at--;
    const near = operator.kind === 'word' ? nearest(operator.text, OPERATOR_WORDS) : undefined;
    const path = fieldPath(fields[0]);
    throw fault(operator, `After "${path}" an operator is expected: =, !=, <, >, in, contains, ~, exists...`, near);
  }

  #compare(fields: readonly FilterField[], operator: Token, op: Comparison): FilterNode {
    this.#check(fields[0], operator, op === '=' || op === '!=' ? 'exact' : 'ordered');
    const token = this.#value();
    const range = this.#range(fields[0], token);
    if (range) {
      if (op !== '=' && op !== '!=') throw fault(token, 'A range goes with =, != and in.');
      const within = anyOf(fields, range);
      return op === '=' ? within : negate(within);
    }
    const nodes = fields.map((field): FilterNode => ({ op, field, value: readValue(field, token, this.#now) }));
    return join(op === '!=' ? 'and' : 'or', nodes);
  }

  #in(fields: readonly FilterField[], operator: Token): FilterNode {
    this.#check(fields[0], operator, 'exact');
    const tokens = this.#list();
    return anyOf(fields, (field) => {
      const ranges: FilterNode[] = [];
      const singles: Token[] = [];
      for (const token of tokens) {
        const range = this.#range(field, token);
        if (range) ranges.push(range(field));
        else singles.push(token);
      }
      const values = singles.map((token) => readValue(field, token, this.#now));
      const listed: FilterNode[] = values.length > 0 ? [{ op: 'in', field, values }] : [];
      return join('or', [...listed, ...ranges]);
    });
  }

  /** `(a, b, c)`, or one value without parentheses. */
  #list(): Token[] {
    if (!this.#take('(')) return [this.#value()];
    const tokens = [this.#value()];
    while (this.#take(',')) tokens.push(this.#value());
    if (!this.#take(')')) throw fault(this.#token, 'A "," or ")" is missing in the list.');
    return tokens;
  }

  #value(): Token {
    const token = this.#token;
    if (token.kind !== 'word' && token.kind !== 'string')
      throw fault(token, token.kind === 'end' ? 'A value is missing at the end.' : 'A value is missing here.');
    this.#at++;
    return token;
  }

  /** `1000..2000` for columns that have an order: both ends are in it. */
  #range(field: FilterField, token: Token): ((field: FilterField) => FilterNode) | undefined {
    const dots = token.text.indexOf('..');
    if (token.kind !== 'word' || dots < 0 || abilityOf(field) !== 'ordered') return undefined;
    const low: Token = { ...token, text: token.text.slice(0, dots), length: dots };
    const from = dots + 2;
    const high: Token = { ...token, text: token.text.slice(from), at: token.at + from, length: token.length - from };
    const [min, max] = [readValue(field, low, this.#now), readValue(field, high, this.#now)];
    if (min.type === 'number' && max.type === 'number' && min.number > max.number)
      throw fault(token, 'The range ends before it begins.', `${high.text}..${low.text}`);
    return (each) =>
      join('and', [
        { op: '>=', field: each, value: min },
        { op: '<=', field: each, value: max },
      ]);
  }

  #part(fields: readonly FilterField[], operator: Token, op: Part): FilterNode {
    this.#check(fields[0], operator, 'text');
    const token = this.#value();
    if (token.text === '') throw fault(token, 'This would match everything; ask "exists" for any value.');
    if (op === 'matches') checkRegex(token);
    return anyOf(fields, (field) => ({ op, field, value: token.text }));
  }

  #check(field: FilterField, operator: Token, needed: 'exact' | 'ordered' | 'text'): void {
    const ability = abilityOf(field);
    const path = fieldPath(field);
    if (ability === 'json' && needed !== 'text')
      throw fault(
        operator,
        `${path} is a document: it knows contains, ~ and exists. Its members have names: attrs.key.`,
      );
    if (ability === 'attr' || ability === 'text' || ability === 'json') return;
    if (needed === 'text') throw fault(operator, `${path} is no text: it knows =, != and in.`, '=');
    if (needed === 'ordered' && ability === 'exact')
      throw fault(operator, `${path} has no order: it knows =, != and in.`, '=');
  }
}

function fault(token: Token, message: string, suggestion?: string): FilterError {
  return new FilterError(message, token.at, token.length, suggestion);
}

function checkRegex(token: Token): void {
  try {
    compileRegex(token.text);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const inside = Math.min(error.position + (token.kind === 'string' ? 1 : 0), Math.max(0, token.length - 1));
    throw new FilterError(error.message, token.at + inside, 1);
  }
}
