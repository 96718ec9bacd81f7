import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { overviewOf, topOf } from '../../test-support/answers.ts';
import { json, renderAt, stubApi } from '../../test-support/render.tsx';
import { FilterInput } from './filter-input.tsx';

const FIELDS = {
  fields: [
    { path: 'dst.ip', name: 'dst_ip', type: 'ip', doc: 'Responder.' },
    { path: 'dst.port', name: 'dst_port', type: 'u16', doc: 'Port of the responder.' },
    { path: 'kind', name: 'kind', type: 'enum', doc: 'Kind.', values: ['flow', 'dns'] },
  ],
  operators: [],
  grammar: '',
};

const ROUTES = { '/v1/fields': FIELDS, '/v1/query/overview': overviewOf(), '/v1/events': { items: [] } };

function box(): HTMLInputElement {
  return screen.getByRole('combobox', { name: 'Filter' });
}

function write(text: string) {
  const input = box();
  fireEvent.focus(input);
  fireEvent.change(input, { target: { value: text, selectionStart: text.length, selectionEnd: text.length } });
}

const options = () => screen.queryAllByRole('option').map((option) => option.querySelector('code')?.textContent);

describe('FilterInput', () => {
  it('completes field, operator and value by keyboard, and applies with Enter', async () => {
    stubApi(ROUTES);
    renderAt('/', <FilterInput />);
    write('ki');
    await waitFor(() => expect(options()).toEqual(['kind']));
    fireEvent.keyDown(box(), { key: 'ArrowDown' });
    expect(box().getAttribute('aria-activedescendant')).toBe(screen.getByRole('option').id);
    fireEvent.keyDown(box(), { key: 'Enter' });
    expect(box().value).toBe('kind ');
    expect(options()[0]).toBe('=');
    write('kind = d');
    fireEvent.keyDown(box(), { key: 'ArrowDown' });
    fireEvent.keyDown(box(), { key: 'Tab' });
    expect(box().value).toBe('kind = dns ');
    expect(window.location.search).not.toContain('q=');
    fireEvent.keyDown(box(), { key: 'Enter' });
    expect(new URLSearchParams(window.location.search).get('q')).toBe('kind = dns');
  });

  it('offers the values that the store has most of', async () => {
    const calls = stubApi({ ...ROUTES, '/v1/query/top': topOf('dst.port', [443, 53, null]) });
    renderAt('/', <FilterInput />);
    write('dst.port = ');
    await waitFor(() => expect(options()).toEqual(['443', '53']));
    expect(calls.find((call) => call.path === '/v1/query/top')?.query.get('field')).toBe('dst.port');
  });

  it('marks the place of an error that the server found, and takes its suggestion', async () => {
    const wrong = json(400, {
      error: 'Bad filter',
      detail: 'There is no field "dst.prt".',
      code: 'INVALID_FILTER',
      position: 0,
      length: 7,
      suggestion: 'dst.port',
    });
    stubApi({
      ...ROUTES,
      '/v1/query/overview': (call: { query: URLSearchParams }) =>
        call.query.get('filter')?.includes('prt') ? wrong.clone() : overviewOf(),
    });
    renderAt('/?q=dst.prt+%3D+443', <FilterInput />);
    await screen.findByText('There is no field "dst.prt".');
    expect(document.querySelector('.filter-mark mark')?.textContent).toBe('dst.prt');
    expect(box().getAttribute('aria-invalid')).toBe('true');
    fireEvent.click(screen.getByRole('button', { name: 'Use dst.port' }));
    expect(new URLSearchParams(window.location.search).get('q')).toBe('dst.port = 443');
    await waitFor(() => expect(box().getAttribute('aria-invalid')).toBe('false'));
  });

  it('Esc closes the list first, then takes back what was typed', async () => {
    stubApi(ROUTES);
    renderAt('/?q=kind+%3D+dns', <FilterInput />);
    write('dst');
    await waitFor(() => expect(options().length).toBeGreaterThan(0));
    fireEvent.keyDown(box(), { key: 'Escape' });
    expect(options()).toEqual([]);
    expect(box().value).toBe('dst');
    fireEvent.keyDown(box(), { key: 'Escape' });
    expect(box().value).toBe('kind = dns');
  });
});
