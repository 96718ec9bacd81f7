import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubUploads } from '../../test-support/xhr.ts';
import { session, signIn, signOut } from './session.ts';
import { upload } from './upload.ts';

const FILE = new Blob(['0123456789']);
const ignore = () => undefined;

beforeEach(() => signIn('a-key', false));
afterEach(() => {
  signOut();
  vi.unstubAllGlobals();
});

describe('upload', () => {
  it('sends the file itself with the key, and tells how far it is', async () => {
    const uploads = stubUploads();
    const seen: number[][] = [];
    const { answer } = upload<{ name: string }>('/v1/files', FILE, (...progress) => seen.push(progress));
    expect(uploads[0]).toMatchObject({ path: '/v1/files', body: FILE });
    expect(uploads[0].headers.Authorization).toBe('Bearer a-key');
    uploads[0].upload.onprogress?.({ loaded: 4 });
    uploads[0].answer(201, { name: 'a.pcap' });
    expect(await answer).toEqual({ name: 'a.pcap' });
    expect(seen).toEqual([[4, 10]]);
  });

  it('tells why it was refused', async () => {
    const uploads = stubUploads();
    const { answer } = upload('/v1/files', FILE, ignore);
    const body = { error: 'Not a capture', detail: 'It is a picture.', code: 'NOT_A_CAPTURE' };
    uploads[0].answer(400, body, { 'x-request-id': 'r1', 'retry-after': '5' });
    await expect(answer).rejects.toMatchObject({
      status: 400,
      code: 'NOT_A_CAPTURE',
      message: 'It is a picture.',
      requestId: 'r1',
      retryAfter: 5,
    });
  });

  it('reads an answer that is no JSON, such as that of a proxy', async () => {
    const uploads = stubUploads();
    const { answer } = upload('/v1/files', FILE, ignore);
    uploads[0].answer(413, '<html>too large</html>');
    await expect(answer).rejects.toMatchObject({ status: 413, code: 'HTTP_413' });
  });

  it('ends the session when the key is refused', async () => {
    const uploads = stubUploads();
    const { answer } = upload('/v1/files', FILE, ignore);
    uploads[0].answer(401, {});
    await expect(answer).rejects.toMatchObject({ status: 401 });
    expect(session.get().key).toBeNull();
  });

  it('tells that there was no answer, and that it was cancelled', async () => {
    const uploads = stubUploads();
    const lost = upload('/v1/files', FILE, ignore);
    uploads[0].onerror?.();
    await expect(lost.answer).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const cancelled = upload('/v1/files', FILE, ignore);
    cancelled.cancel();
    await expect(cancelled.answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(uploads[1].aborted).toBe(true);
  });
});
