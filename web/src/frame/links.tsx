import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { pageAddress, type UrlState, useUrlState } from '../state/url-state.ts';

interface PageLinkProps {
  to: string;
  patch?: Partial<UrlState>;
  className?: string;
  children: ReactNode;
  'aria-current'?: 'page';
  onClick?: () => void;
  title?: string;
}

/** A link to another page that takes range and filter along. */
export function PageLink({ to, patch, ...rest }: PageLinkProps) {
  const { state, depth } = useUrlState();
  return <Link href={pageAddress(to, state, patch)} state={{ depth: depth + 1 }} {...rest} />;
}
