import { Ago } from '../../widgets/when.tsx';
import type { Condition } from './types.ts';

interface Meaning {
  readonly word: string;
  /** What to do about it. */
  readonly advice: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  silent: {
    word: 'silent',
    advice:
      'Is it up, does it still export to this address, does a firewall stand between? A device that is no more can be forgotten.',
  },
  losing: {
    word: 'losing',
    advice:
      'Look at the drops of the sockets above first, then at the path: a busy link, a firewall, a queue of the device.',
  },
  clock: {
    word: 'clock off',
    advice: 'Set up NTP on the device: flows stand at the time it says.',
  },
  'no-template': {
    word: 'no template',
    advice:
      'Its data cannot be read until its template comes. Have it sent more often (every minute), or restart the export.',
  },
  limited: {
    word: 'over limit',
    advice: 'It sends more than flows.rateLimit allows: raise the limit, or sample on the device.',
  },
  malformed: {
    word: 'malformed',
    advice: 'It sends what is no NetFlow, IPFIX or sFlow 5: is another protocol sent to this port?',
  },
};

function wordOf(code: string): string {
  return MEANINGS[code]?.word ?? code;
}

/** Words with a mark; what each means is in the title, and in full beside the details. */
export function ConditionChips({ conditions }: { conditions: readonly Condition[] }) {
  if (conditions.length === 0) return <span className="chip good">ok</span>;
  return (
    <span className="chips">
      {conditions.map(({ code, text }) => (
        <span key={code} className="chip warn" title={text}>
          <span aria-hidden="true">!</span> {wordOf(code)}
        </span>
      ))}
    </span>
  );
}

/** Each condition as a sentence, since when, and what can be done. */
export function ConditionList({ conditions }: { conditions: readonly Condition[] }) {
  if (conditions.length === 0) return null;
  return (
    <ul className="condition-list">
      {conditions.map(({ code, text, since }) => (
        <li key={code}>
          <b>{text}</b>{' '}
          <span className="muted">
            ({wordOf(code)}, begun <Ago time={since} />)
          </span>
          <p>{MEANINGS[code]?.advice}</p>
        </li>
      ))}
    </ul>
  );
}
