import { useApi } from '../api/queries.ts';
import type { SystemInfo } from '../api/types.ts';

/** The notices that the licences of the data ask for. */
export function Footer() {
  const system = useApi<SystemInfo>('/v1/system', {}, { fresh: 60_000 });
  const notices = [
    ...new Set((system.data?.geo ?? []).map((source) => source.attribution).filter((text) => text !== '')),
  ];
  return (
    <footer className="footer">
      {notices.map((text) => (
        <Attribution key={text} text={text} />
      ))}
      <a href="/docs">API</a>
    </footer>
  );
}

const LINK = /https?:\/\/[^\s<>")]+/;

/** A notice as a link: where it names DB-IP or holds an address, it leads there. */
export function Attribution({ text }: { text: string }) {
  const plain = text.replace(/<[^>]*>/g, '').trim();
  const url = LINK.exec(text)?.[0] ?? (/db-?ip/i.test(plain) ? 'https://db-ip.com' : null);
  const words =
    plain
      .replace(LINK, '')
      .replace(/[\s([,-]+$|\(\s*\)/g, '')
      .trim() || plain;
  if (!url) return <span>{plain}</span>;
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {words}
    </a>
  );
}
