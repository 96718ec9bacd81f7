import { expect, it } from 'vitest';
import { OUTPUT_TYPES } from '../../model/output.ts';
import { configSchema } from './output-config.ts';
import { outputKinds } from './output-kinds.ts';

const kinds = outputKinds({ home: '/nowhere/outputs', allowed: [] });

it('has each type of output once', () => {
  expect(kinds.map(({ type }) => type).sort()).toEqual([...OUTPUT_TYPES].sort());
});

it.each(kinds.map((kind) => [kind.type, kind] as const))(
  'describes every field of %s, and hides its secrets',
  (_type, kind) => {
    const { properties } = configSchema(kind) as {
      properties: Record<string, { description?: string; writeOnly?: boolean }>;
    };
    expect(Object.entries(properties).filter(([, { description = '' }]) => description === '')).toEqual([]);
    const hidden = Object.keys(properties).filter((name) => properties[name].writeOnly);
    expect(hidden.sort()).toEqual([...kind.secrets].sort());
  },
);
