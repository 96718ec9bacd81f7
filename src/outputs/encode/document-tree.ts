import type { Field } from './json-field.ts';

/** An object of a document: its members in order. */
export interface Branch {
  readonly path: string;
  readonly members: Member[];
}

export interface Member {
  readonly key: string;
  /** The only object of an array. */
  readonly inArray: boolean;
  readonly value: Branch | Field['value'];
}

/**
 * Nests fields as their paths say, objects in the order in which they come first.
 * @throws RangeError for a field that is there twice, or inside of a value: a fault of ours.
 */
export function treeOf(fields: readonly Field[]): Branch {
  const root: Branch = { path: '', members: [] };
  for (const { path, value } of fields) {
    const keys = path.split('.');
    let branch = root;
    for (const key of keys.slice(0, -1)) branch = inner(branch, key);
    const key = keys[keys.length - 1];
    if (branch.members.some((member) => member.key === key)) throw new RangeError(`${path} is there twice`);
    branch.members.push({ key, inArray: false, value });
  }
  return root;
}

function inner(branch: Branch, name: string): Branch {
  const inArray = name.endsWith('[]');
  const key = inArray ? name.slice(0, -2) : name;
  const known = branch.members.find((member) => member.key === key);
  if (known && isBranch(known.value)) return known.value;
  if (known) throw new RangeError(`${branch.path}.${key} is a value and an object`);
  const made: Branch = { path: branch.path === '' ? name : `${branch.path}.${name}`, members: [] };
  branch.members.push({ key, inArray, value: made });
  return made;
}

export function isBranch(value: Member['value']): value is Branch {
  return typeof value === 'object' && 'members' in value;
}
