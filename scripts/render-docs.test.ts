import { describe, expect, it } from 'vitest';
import { ERRORS } from '../src/kit/errors.ts';
import { COLUMNS } from '../src/model/columns.ts';
import { errorsPage, fieldsPage, settingsPage, table } from './render-docs.ts';

describe('the generated pages', () => {
  it('name every setting with its default, its variables and whether it is secret', () => {
    const row = (path: string) =>
      settingsPage()
        .split('\n')
        .find((line) => line.startsWith(`| \`${path}\``));
    expect(row('ingest.maxBodyBytes')).toContain('| 5 MiB | `VEDETTE_INGEST_MAX_BODY_BYTES` |');
    expect(row('api.keys')).toMatch(/`VEDETTE_API_KEYS`<br>`API_KEYS`<br>`API_KEY`.*\*\*Secret\.\*\*/);
    expect(row('state.url')).toMatch(/`DATABASE_URL`.*without credentials/);
    expect(row('risk.preset')).toContain('| `default`, `classic` | `default` |');
  });

  it('name every field and every error', () => {
    const fields = fieldsPage();
    for (const column of COLUMNS) expect(fields).toContain(`| \`${column.path}\` |`);
    const errors = errorsPage();
    for (const code of Object.keys(ERRORS)) expect(errors).toContain(`| \`${code}\` |`);
  });

  it('keep a bar inside its cell', () => {
    expect(table(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |');
  });
});
