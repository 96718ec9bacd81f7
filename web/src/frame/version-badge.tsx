import { useApi } from '../api/queries.ts';
import type { UpdateCheck, Version } from '../api/types.ts';
import { PageLink } from './links.tsx';

/** Which version runs: green when it is the newest, amber when there is a newer one, grey when nobody can tell. */
export function VersionBadge() {
  const version = useApi<Version>('/v1/version', {}, { fresh: 600_000 });
  const check = useApi<UpdateCheck>('/v1/updates/check', {}, { fresh: 300_000, refresh: 300_000 });
  if (!version.data) return null;
  const { tone, text, title } = verdict(check.data);
  return (
    <PageLink to="/system" className={`version ${tone}`} title={title}>
      <span className="dot" aria-hidden="true" />
      <span>{version.data.version}</span>
      <span className="version-word">{text}</span>
    </PageLink>
  );
}

export function verdict(check: UpdateCheck | undefined): {
  tone: 'good' | 'warn' | 'plain';
  text: string;
  title: string;
} {
  if (check?.update_available) {
    return {
      tone: 'warn',
      text: `${check.latest ?? 'newer'} available`,
      title: `Version ${check.latest} is available`,
    };
  }
  if (!check?.enabled) return { tone: 'plain', text: '', title: 'Updates are not looked for' };
  if (check.status === 'unknown' || !check.latest) {
    return { tone: 'plain', text: 'not checked', title: check.reason ?? 'The registry could not be asked' };
  }
  return { tone: 'good', text: 'up to date', title: 'This is the newest version' };
}
