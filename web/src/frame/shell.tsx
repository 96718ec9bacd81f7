import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useStore } from '../kit/store.ts';
import { PAGES, type Page } from '../pages.ts';
import { pivotTarget } from '../widgets/pivot.ts';
import { Skeleton } from '../widgets/states.tsx';
import { Boundary } from './boundary.tsx';
import { Footer } from './footer.tsx';
import { layer } from './layers.ts';
import { PageLink } from './links.tsx';
import { Navigation } from './navigation.tsx';
import { useShortcuts } from './shortcuts.ts';

const ContextBar = lazy(() => import('./context-bar.tsx').then((module) => ({ default: module.ContextBar })));
const PivotMenu = lazy(() => import('../widgets/pivot-menu.tsx'));
const Palette = lazy(() => import('./palette.tsx'));
const Help = lazy(() => import('./help.tsx'));
const Preferences = lazy(() => import('./preferences.tsx'));

/** The frame: navigation at the left, context bar above, the page, and what floats over it. */
export function Shell() {
  const [path] = useLocation();
  const page = PAGES.find((candidate) => candidate.path === path);
  useShortcuts();
  useTitle(page);
  const main = useFocusOnPageChange(path);
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Navigation current={page} />
      <div className="stage">
        {page?.context && (
          <Suspense fallback={<div className="context-bar" aria-busy="true" />}>
            <ContextBar />
          </Suspense>
        )}
        <main id="main" ref={main} tabIndex={-1} className={`page page-${page?.title.toLowerCase() ?? 'missing'}`}>
          <Boundary key={path}>
            <Suspense fallback={<Skeleton rows={6} height={60} />}>
              {page ? <page.component /> : <Missing path={path} />}
            </Suspense>
          </Boundary>
        </main>
        <Footer />
      </div>
      <Floating />
    </div>
  );
}

/** Menus and dialogs are loaded when they are first opened. */
function Floating() {
  const open = useStore(layer);
  const pivot = useStore(pivotTarget) !== null;
  return (
    <Suspense fallback={null}>
      {pivot && <PivotMenu />}
      {open === 'palette' && <Palette />}
      {open === 'help' && <Help />}
      {open === 'preferences' && <Preferences />}
    </Suspense>
  );
}

function Missing({ path }: { path: string }) {
  return (
    <div className="notice">
      <h1>There is no page here</h1>
      <p>
        Nothing answers to <code>{path}</code>.
      </p>
      <PageLink to="/" className="button">
        Go to the overview
      </PageLink>
    </div>
  );
}

function useTitle(page: Page | undefined): void {
  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · Vedette`;
  }, [page]);
}

/** After a change of page the focus goes to the new one, so that keyboard and screen reader begin there. */
function useFocusOnPageChange(path: string) {
  const main = useRef<HTMLElement>(null);
  const [first] = useState(path);
  const moved = useRef(false);
  useEffect(() => {
    if (path !== first) moved.current = true;
    if (moved.current) main.current?.focus({ preventScroll: true });
  }, [path, first]);
  return main;
}
