import { useState } from 'react';
import { signOut } from '../api/session.ts';
import { useStore } from '../kit/store.ts';
import { PAGES, type Page } from '../pages.ts';
import { theme } from '../state/preferences.ts';
import { Icon, Logo } from '../widgets/icons.tsx';
import { layer } from './layers.ts';
import { PageLink } from './links.tsx';
import { VersionBadge } from './version-badge.tsx';

export function Navigation({ current }: { current: Page | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <header className="side" data-open={open}>
      <div className="brand">
        <Logo />
        <span>Vedette</span>
        <button
          type="button"
          className="icon-button menu-toggle"
          aria-expanded={open}
          aria-controls="navigation"
          aria-label="Menu"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'close' : 'menu'} />
        </button>
      </div>
      <nav id="navigation" aria-label="Pages">
        <ul>
          {PAGES.map((page) => (
            <li key={page.path}>
              <PageLink
                to={page.path}
                className="nav-link"
                aria-current={page === current ? 'page' : undefined}
                onClick={() => setOpen(false)}
                title={`${page.title} (g ${page.key})`}
              >
                <Icon name={page.icon} />
                <span>{page.title}</span>
              </PageLink>
            </li>
          ))}
        </ul>
      </nav>
      <Tools />
    </header>
  );
}

function Tools() {
  const shown = useStore(theme);
  return (
    <div className="side-tools">
      <button type="button" className="nav-link" onClick={() => layer.set('palette')}>
        <Icon name="command" />
        <span>Commands</span>
        <kbd>Ctrl K</kbd>
      </button>
      <VersionBadge />
      <div className="side-row">
        <button
          type="button"
          className="icon-button"
          aria-label={shown === 'dark' ? 'Light theme' : 'Dark theme'}
          title={shown === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={() => theme.set(shown === 'dark' ? 'light' : 'dark')}
        >
          <Icon name="theme" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Preferences"
          title="Preferences"
          onClick={() => layer.set('preferences')}
        >
          <Icon name="settings" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={() => layer.set('help')}
        >
          <Icon name="help" />
        </button>
        <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={() => signOut()}>
          <Icon name="signout" />
        </button>
      </div>
    </div>
  );
}
