import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { outputOf, TYPES } from '../../../test-support/outputs.ts';
import { json, renderAt, stubApi } from '../../../test-support/render.tsx';
import { readDraft, shownText } from './config-draft.ts';
import { OutputDialog } from './output-dialog.tsx';
import { fieldsOf } from './schema-fields.ts';
import type { Output } from './types.ts';

const SPLUNK = '/v1/outputs/splunk';

function show({ output, more = {} }: { output?: Output; more?: Record<string, unknown> }) {
  const onClose = vi.fn();
  const calls = stubApi({
    [SPLUNK]: { status: 'ok', output: output ?? outputOf() },
    '/v1/fields': { fields: [], operators: [], grammar: '' },
    '/v1/events': { items: [] },
    ...more,
  });
  const taken = output ? [output.name] : [];
  renderAt('/outputs', <OutputDialog output={output} types={TYPES.types} taken={taken} onClose={onClose} />);
  const sent = () => calls.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.parse(body ?? ''));
  return { calls, onClose, sent };
}
const type = (name: RegExp, value: string) => fireEvent.change(screen.getByLabelText(name), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

describe('the form of an output', () => {
  it('makes one from the schema of its type, with what was typed only', async () => {
    const { sent, onClose } = show({});
    press('Splunk');
    expect(screen.getByLabelText(/^Token/)).toHaveProperty('type', 'password');
    expect(screen.getByLabelText(/^Naming/)).toHaveProperty('value', 'cim');
    type(/^HEC URL/, 'https://splunk.example:8088');
    type(/^Token/, ' secret-token\n');
    type(/^Batch size/, '200');
    type(/^Filter/, 'risk >= 70');
    fireEvent.click(screen.getByLabelText('Gzip'));
    fireEvent.click(screen.getByRole('radio', { name: 'Time' }));
    fireEvent.change(screen.getByRole('textbox', { name: 'Time' }), { target: { value: '6h' } });
    press('Save');
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(sent()).toEqual([
      {
        type: 'splunk-hec',
        config: { hec_url: 'https://splunk.example:8088', token: 'secret-token', batch_size: 200, gzip: false },
        filter: 'risk >= 70',
        start: '-6h',
      },
    ]);
  });

  it('says what is missing beside the field, and sends nothing', async () => {
    const { sent } = show({});
    press('Splunk');
    type(/^Name\b/, 'Not A Name');
    press('Save');
    const alerts = (await screen.findAllByRole('alert')).map(({ textContent }) => textContent);
    expect(alerts).toEqual(['HEC URL is needed.', 'Token is needed.']);
    expect(screen.getByLabelText(/^Name$/).getAttribute('aria-invalid')).toBe('true');
    expect(sent()).toEqual([]);
  });

  it('never shows or sends a stored secret, and sends what was changed only', async () => {
    const { sent, onClose } = show({ output: outputOf({ filter: 'kind = flow' }) });
    const token = screen.getByLabelText(/^Token/);
    expect([token.getAttribute('value'), token.getAttribute('placeholder')]).toEqual(['', 'set; type to change it']);
    expect(document.body.innerHTML).not.toContain('********');
    type(/^Index/, 'network');
    press('Save');
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(sent()).toEqual([{ type: 'splunk-hec', config: { index: 'network' }, filter: 'kind = flow' }]);
  });

  it('takes an optional secret away', async () => {
    const output = outputOf({ type: 'webhook', config: { url: 'https://x.example', secret: '********' } });
    const { sent, onClose } = show({ output });
    press('Remove Secret');
    press('Save');
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(sent()[0].config).toEqual({ secret: null });
  });

  it('keeps what was typed when it is refused, and says why', async () => {
    const refusal = json(400, { error: 'Bad value', detail: 'hec_url: must be https.', code: 'INVALID_PARAMETER' });
    const { onClose } = show({ output: outputOf(), more: { [SPLUNK]: refusal } });
    type(/^HEC URL/, 'ftp://x');
    press('Save');
    expect((await screen.findByRole('alert')).textContent).toContain('hec_url: must be https.');
    expect(screen.getByLabelText(/^HEC URL/)).toHaveProperty('value', 'ftp://x');
    expect(onClose).not.toHaveBeenCalled();
  });

  it('saves and tests, and stays open with the answer', async () => {
    const answer = { target: 'splunk', status: 'error', http_status: 403, duration_ms: 5, bytes: 10, request_id: '7' };
    const { calls, onClose } = show({ output: outputOf(), more: { [`${SPLUNK}/test`]: { ...answer, error: 'No.' } } });
    press('Save and test');
    await screen.findByText(/was not taken/);
    expect(calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PUT ${SPLUNK}`,
      `POST ${SPLUNK}/test`,
    ]);
    expect(onClose).not.toHaveBeenCalled();
  });

  it('marks an error of the filter', async () => {
    const refusal = json(400, {
      error: 'Bad filter',
      detail: 'No field x.',
      code: 'INVALID_FILTER',
      position: 0,
      length: 1,
    });
    show({ output: outputOf(), more: { '/v1/events': refusal } });
    type(/^Filter/, 'x = 1');
    expect((await screen.findByText('No field x.')).closest('[role="status"]')).toBeTruthy();
    expect(screen.getByLabelText(/^Filter/).getAttribute('aria-invalid')).toBe('true');
  });
});

describe('fields and drafts', () => {
  const fields = fieldsOf({
    required: ['urls'],
    properties: {
      urls: { type: 'array', items: { type: 'string' } },
      ack: { default: 'auto', anyOf: [{ type: 'boolean' }, { type: 'string', const: 'auto' }] },
      ecs_version: { default: 8, anyOf: [{ const: 8 }, { const: 9 }] },
      extra_fields: { type: 'object', default: {} },
      ca: { type: 'string', maxLength: 1_000_000 },
      timeout_ms: { type: 'integer', default: 1000 },
      host: { type: 'string', default: '' },
    },
  });
  const field = (name: string) => fields.find((each) => each.name === name)!;

  it('reads kinds and choices from the schema', () => {
    expect(fields.map(({ kind }) => kind)).toEqual(['lines', 'choice', 'choice', 'pairs', 'long', 'number', 'text']);
    expect(field('ack').choices).toEqual([true, false, 'auto']);
    expect(field('timeout_ms').label).toBe('Timeout ms');
  });

  it('gives each value the type of its field', () => {
    const draft = {
      urls: 'https://a.example\n\n https://b.example ',
      ack: 'false',
      ecs_version: '9',
      extra_fields: 'site: north\nroles: ["a","b"]\nquoted: "[x"',
      ca: '',
      timeout_ms: '2500',
    };
    expect(readDraft(fields, draft, { ca: 'PEM' })).toEqual({
      config: {
        urls: ['https://a.example', 'https://b.example'],
        ack: false,
        ecs_version: 9,
        extra_fields: { site: 'north', roles: ['a', 'b'], quoted: '[x' },
        ca: null,
        timeout_ms: 2500,
      },
      problems: {},
    });
  });

  it('reads back what it shows', () => {
    const config = { urls: ['https://a.example'], extra_fields: { a: 'x: y', b: ['1', '2'], c: '"q"', d: '[' } };
    const draft = { extra_fields: `${shownText(field('extra_fields'), config)}\ne: 5` };
    expect(readDraft(fields, draft, config).config).toEqual({ extra_fields: { ...config.extra_fields, e: '5' } });
  });

  it('sends nothing that is as it was, and names what cannot be read', () => {
    expect(readDraft(fields, { host: '', timeout_ms: '1000' }, { urls: ['https://a.example'] }).config).toEqual({});
    expect(readDraft(fields, { urls: '', extra_fields: 'nothing' }, {}).problems).toEqual({
      urls: 'is needed',
      extra_fields: 'is "name: value" a line; "nothing" is none',
    });
  });
});
