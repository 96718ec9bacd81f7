import type { Reason } from '../api/types.ts';
import { type Level, riskLevel } from '../format/names.ts';

/** One shape a level, so that colour is never the only sign. */
const SHAPES: Record<Level, string> = {
  critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
  high: 'M8 1.5 15 14H1z',
  medium: 'M8 1l7 7-7 7-7-7z',
  low: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 11a3 3 0 1 1 0-6 3 3 0 0 1 0 6z',
};

export function RiskBadge({ score, word = true }: { score: number; word?: boolean }) {
  const level = riskLevel(score);
  return (
    <span className={`risk ${level}`}>
      <svg width="12" height="12" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={SHAPES[level]} fillRule="evenodd" />
      </svg>
      <b>{score}</b>
      {word ? <span>{level}</span> : <span className="visually-hidden">{level}</span>}
    </span>
  );
}

/** The reasons of a score. Their points add up to it; beyond 100 the cap is shown as a line of its own. */
export function Reasons({ score, reasons }: { score: number; reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <p className="muted">No reasons: nothing is known against it.</p>;
  const sum = reasons.reduce((total, reason) => total + reason.points, 0);
  return (
    <table className="reasons">
      <caption className="visually-hidden">Why the risk is {score}</caption>
      <tbody>
        {reasons.map((reason) => (
          <tr key={reason.code}>
            <td className="number">{signed(reason.points)}</td>
            <td>
              {reason.reason || reason.code} <code className="muted">{reason.code}</code>
            </td>
          </tr>
        ))}
        {sum !== score && (
          <tr>
            <td className="number">{signed(score - sum)}</td>
            <td>{sum > score ? `cap: ${sum} points, the score ends at ${score}` : 'not listed'}</td>
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <td className="number">{score}</td>
          <td>risk, of 100</td>
        </tr>
      </tfoot>
    </table>
  );
}

function signed(points: number): string {
  return points < 0 ? `−${-points}` : `+${points}`;
}
