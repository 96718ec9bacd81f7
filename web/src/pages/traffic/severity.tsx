import type { Severity } from './types.ts';

/** One shape a severity, as on the picture, so that colour is never the only sign. */
const SHAPES: Record<Severity, string> = {
  high: 'M8 1.5 15 14H1z',
  medium: 'M8 1l7 7-7 7-7-7z',
  low: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
};
/** Colours of the risk levels that weigh the same. */
const COLORS: Record<Severity, string> = { high: 'critical', medium: 'high', low: 'low' };

interface SeverityBadgeProps {
  severity: Severity;
  score: number;
  /** Says the score, too; otherwise it is in the title. */
  full?: boolean;
}

export function SeverityBadge({ severity, score, full = false }: SeverityBadgeProps) {
  const points = Math.round(score);
  return (
    <span className={`risk ${COLORS[severity]}`} title={`Score ${points} of 100`}>
      <svg width="12" height="12" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={SHAPES[severity]} />
      </svg>
      <span>{full ? `${severity}, ${points} of 100` : severity}</span>
    </span>
  );
}
