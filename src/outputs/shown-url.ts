/** A part of a path that is so long is a key that the service made, not a name: those of Slack have 24, of Discord 68. */
const KEY = 20;
const HIDDEN = '…';

/** An address as it may be shown to those who may not change it: without query, and without what looks like a key in its path. */
export function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  const parts = pathname.split('/').map((part) => (part.length >= KEY ? HIDDEN : part));
  return `${origin}${parts.join('/')}${search === '' ? '' : `?${HIDDEN}`}`;
}

/** What {@link shownUrl} leaves out, to be left out of errors too. */
export function keysOfUrl(url: string): string[] {
  const { pathname, search } = new URL(url);
  return [search.slice(1), ...pathname.split('/').filter((part) => part.length >= KEY)];
}
