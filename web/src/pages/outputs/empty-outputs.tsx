import { Notice } from '../../widgets/states.tsx';
import { TypeChoice } from './type-choice.tsx';

/** What outputs are for, with a button for each type. */
export function EmptyOutputs({ types, onChoose }: { types: readonly string[]; onChoose?: (type: string) => void }) {
  return (
    <Notice title="Nothing is delivered yet">
      <p>
        An output sends every stored event on to where your team looks already: a SIEM, a search engine, a log server.
        It keeps its own place, goes on where it stopped whatever happens, and never holds up what is received.
      </p>
      {onChoose ? (
        <TypeChoice types={types} onChoose={onChoose} />
      ) : (
        <p className="muted">To make one takes a key with the scope admin.</p>
      )}
    </Notice>
  );
}
