import { wordsOf } from './names.ts';

/** The types there are, with what each is for. */
export function TypeChoice({ types, onChoose }: { types: readonly string[]; onChoose: (type: string) => void }) {
  return (
    <ul className="type-choices">
      {types.map((type) => (
        <li key={type}>
          <button type="button" className="button" onClick={() => onChoose(type)}>
            {wordsOf(type).title}
          </button>
          <span className="muted small">{wordsOf(type).use}</span>
        </li>
      ))}
    </ul>
  );
}
