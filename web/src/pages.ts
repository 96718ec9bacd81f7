import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { IconName } from './widgets/icons.tsx';

export interface Page {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly key: string;
  /** Whether range and filter of the context bar mean anything on it. */
  readonly context: boolean;
  readonly component: LazyExoticComponent<ComponentType>;
}

/** All pages, in the order of the navigation. A page is one folder; adding it here is all it takes. */
export const PAGES: readonly Page[] = [
  {
    path: '/',
    title: 'Overview',
    icon: 'overview',
    key: 'o',
    context: true,
    component: lazy(() => import('./pages/overview/overview.tsx')),
  },
  {
    path: '/events',
    title: 'Events',
    icon: 'events',
    key: 'e',
    context: true,
    component: lazy(() => import('./pages/events/events.tsx')),
  },
  {
    path: '/traffic',
    title: 'Traffic',
    icon: 'traffic',
    key: 't',
    context: false,
    component: lazy(() => import('./pages/traffic/traffic.tsx')),
  },
  {
    path: '/exporters',
    title: 'Exporters',
    icon: 'exporters',
    key: 'x',
    context: false,
    component: lazy(() => import('./pages/exporters/exporters.tsx')),
  },
  {
    path: '/outputs',
    title: 'Outputs',
    icon: 'outputs',
    key: 'u',
    context: false,
    component: lazy(() => import('./pages/outputs/outputs.tsx')),
  },
  {
    path: '/lookup',
    title: 'Look-up',
    icon: 'lookup',
    key: 'l',
    context: false,
    component: lazy(() => import('./pages/lookup/lookup.tsx')),
  },
  {
    path: '/system',
    title: 'System',
    icon: 'system',
    key: 's',
    context: false,
    component: lazy(() => import('./pages/system/system.tsx')),
  },
];
