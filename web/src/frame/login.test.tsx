import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { json, renderAt, stubApi } from '../../test-support/render.tsx';
import { session, signOut } from '../api/session.ts';
import { Login } from './login.tsx';

function signedOut(notice: string | null = null) {
  renderAt('/?q=risk+%3E+5', <Login />);
  act(() => signOut(notice));
}

function type(key: string) {
  fireEvent.change(screen.getByLabelText('API key'), { target: { value: key } });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

describe('Login', () => {
  it('tries the key before it keeps it, in this tab only', async () => {
    const calls = stubApi({ '/v1/whoami': { name: 'first', scopes: ['read'] } });
    signedOut();
    type(' vk_abc ');
    await waitFor(() => expect(session.get().key).toBe('vk_abc'));
    expect(calls[0].headers.get('authorization')).toBe('Bearer vk_abc');
    expect(sessionStorage.getItem('vedette.key')).toBe('vk_abc');
    expect(localStorage.getItem('vedette.key')).toBeNull();
    expect(window.location.href).not.toContain('vk_abc');
  });

  it('keeps it in the browser when asked to', async () => {
    stubApi({ '/v1/whoami': { name: 'first', scopes: ['read'] } });
    signedOut();
    fireEvent.click(screen.getByLabelText('Remember in this browser'));
    type('vk_abc');
    await waitFor(() => expect(localStorage.getItem('vedette.key')).toBe('vk_abc'));
  });

  it.each([
    [401, /not known/],
    [403, /may not be used: This key is disabled/],
  ])('says why a key is refused with %d', async (status, words) => {
    stubApi({ '/v1/whoami': json(status, { error: 'No', detail: 'This key is disabled.' }) });
    signedOut();
    type('wrong');
    expect((await screen.findByRole('alert')).textContent).toMatch(words);
    expect(session.get().key).toBeNull();
    expect(screen.getByLabelText('API key').getAttribute('aria-invalid')).toBe('true');
  });

  it('asks for something to be typed, and shows why one has to sign in again', () => {
    const calls = stubApi({});
    signedOut('This key is not accepted any more. Sign in again.');
    expect(screen.getByRole('status').textContent).toMatch(/not accepted any more/);
    type('');
    expect(screen.getByRole('alert').textContent).toBe('Enter a key.');
    expect(calls).toHaveLength(0);
  });
});
