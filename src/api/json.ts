import { AppError } from '../kit/errors.ts';
import type { App } from './context.ts';

const MAX_DEPTH = 64;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies of everything but ingest: UTF-8 only, and not nested without end. */
export function addJsonParser(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json/, { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws AppError INVALID_UTF8, INVALID_JSON */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new AppError('INVALID_UTF8', 'The body is not valid UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('INVALID_JSON', `The body is not JSON: ${(error as Error).message}.`);
  }
  if (isDeeper(value, MAX_DEPTH)) throw new AppError('INVALID_JSON', `The body is nested deeper than ${MAX_DEPTH}.`);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
