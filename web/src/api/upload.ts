import { ApiError, endSessionIfRefused, unreachable } from './client.ts';
import { session } from './session.ts';

export interface Upload<T> {
  readonly answer: Promise<T>;
  /** Ends it; `answer` rejects with an AbortError. */
  cancel(): void;
}

/** Sends a file with the session's key, and tells how much of it is on its way. `answer` rejects with an ApiError. */
export function upload<T>(path: string, file: Blob, onProgress: (sent: number, total: number) => void): Upload<T> {
  // fetch does not tell how far a body is sent.
  const request = new XMLHttpRequest();
  const { key } = session.get();
  const answer = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => onProgress(event.loaded, file.size);
    request.onload = () => {
      const { status } = request;
      const body = parsed(request.responseText);
      if (status >= 200 && status < 300) return resolve(body as T);
      endSessionIfRefused(status, key);
      reject(new ApiError(status, body, headersOf(request)));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
  });
  request.open('POST', path);
  request.setRequestHeader('Accept', 'application/json');
  request.setRequestHeader('Content-Type', 'application/octet-stream');
  if (key) request.setRequestHeader('Authorization', `Bearer ${key}`);
  request.send(file);
  return { answer, cancel: () => request.abort() };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return body && typeof body === 'object' ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Those that errors are told with. */
function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ['x-request-id', 'retry-after']) {
    const value = request.getResponseHeader(name);
    if (value) headers.set(name, value);
  }
  return headers;
}
