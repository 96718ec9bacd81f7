import { type Column, columnAt, columnNamed, columnSpellings } from '../columns.ts';
import type { FilterField } from './ast.ts';
import { FilterError } from './error.ts';
import type { Token } from './lexer.ts';
import { nearest } from './nearest.ts';

/** Short names that mean the source or the destination. */
export const EITHER_SIDE = ['ip', 'port', 'country', 'city', 'asn', 'org', 'scope'] as const;

const ATTR_KEY = /^[\w@:-]+(\.[\w@:-]+)*$/;
const ATTR_LENGTH = 128;

/** The columns that a word names: one, or two where it means either side. @throws FilterError for an unknown name */
export function resolveField(token: Token): FilterField[] {
  const name = token.text;
  const lower = name.toLowerCase();
  if (lower.startsWith('attrs.')) return [{ column: columnNamed('attrs'), attr: attrKey(token) }];
  if ((EITHER_SIDE as readonly string[]).includes(lower))
    return [{ column: columnNamed(`src_${lower}`) }, { column: columnNamed(`dst_${lower}`) }];
  const column = columnAt(name) ?? columnAt(lower);
  if (column) return [{ column }];
  const near = nearest(name, [...columnSpellings(), ...EITHER_SIDE]);
  const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new FilterError(`There is no field "${name}".${guess}`, token.at, token.length, near);
}

function attrKey(token: Token): string {
  const key = token.text.slice('attrs.'.length);
  if (key.length <= ATTR_LENGTH && ATTR_KEY.test(key)) return key;
  throw new FilterError(
    `After "attrs." comes a key of letters, digits, "_", "-", ":" or "@", with dots between levels.`,
    token.at,
    token.length,
  );
}

/** How the field is written. */
export function fieldPath(field: FilterField): string {
  return field.attr === undefined ? field.column.path : `attrs.${field.attr}`;
}

/** What may be asked of a column: `exact` knows = and in only, `ordered` < and > too, `text` also parts of a text. */
export function abilityOf(field: FilterField): 'exact' | 'ordered' | 'text' | 'attr' | 'json' {
  if (field.attr !== undefined) return 'attr';
  const { type } = field.column;
  if (type === 'ip' || type === 'enum') return 'exact';
  if (type === 'dict' || type === 'set' || type === 'text') return 'text';
  return type === 'json' ? 'json' : 'ordered';
}

const LARGEST: Readonly<Partial<Record<Column['type'], number>>> = {
  u8: 255,
  u16: 65_535,
  u32: 4_294_967_295,
  u64: Number.MAX_SAFE_INTEGER,
};

/** The largest value of a column of whole numbers; undefined for every other one. */
export function largestOf(column: Column): number | undefined {
  return LARGEST[column.type];
}
