import { type FormEvent, useId, useRef, useState } from 'react';
import { Dialog } from '../../frame/dialog.tsx';
import { useStore } from '../../kit/store.ts';
import { zone } from '../../state/preferences.ts';
import { FilterField } from '../../widgets/filter-field.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { type ConfigDraft, readDraft } from './config-draft.ts';
import { ConfigFields } from './config-fields.tsx';
import { outputPath, useAction } from './data.ts';
import { freeName, offered, wordsOf } from './names.ts';
import { type Place, PlaceChoice, readPlace } from './place-choice.tsx';
import { fieldsOf } from './schema-fields.ts';
import { TestResult } from './test-result.tsx';
import { TypeChoice } from './type-choice.tsx';
import type { ConfigSchema, Output, TestAnswer } from './types.ts';

interface OutputDialogProps {
  /** The one that is edited. */
  output?: Output;
  /** Of a new one; empty: it is chosen here. */
  type?: string;
  types: Readonly<Record<string, ConfigSchema>>;
  /** Names there are. */
  taken: readonly string[];
  onClose: () => void;
}

/** Makes or changes an output. */
export function OutputDialog({ output, type: given = '', types, taken, onClose }: OutputDialogProps) {
  const [chosen, setChosen] = useState(output?.type ?? given);
  const title = output ? `Edit ${output.name}` : chosen === '' ? 'New output' : `New output: ${wordsOf(chosen).title}`;
  return (
    <Dialog wide title={title} onClose={onClose}>
      {chosen === '' ? (
        <TypeChoice types={offered(types)} onChoose={setChosen} />
      ) : (
        <OutputForm
          type={chosen}
          schema={types[chosen] ?? {}}
          output={output}
          taken={taken}
          onClose={onClose}
          onBack={output ? undefined : () => setChosen('')}
        />
      )}
    </Dialog>
  );
}

interface OutputFormProps {
  type: string;
  schema: ConfigSchema;
  output: Output | undefined;
  taken: readonly string[];
  onClose: () => void;
  /** Back to the choice of a type. */
  onBack: (() => void) | undefined;
}

/** Two words are paths of their own. */
const NAME = /^(?!(?:types|test)$)[a-z][a-z0-9_-]{0,62}$/;

function OutputForm({ type, schema, output, taken, onClose, onBack }: OutputFormProps) {
  const id = useId();
  const home = useRef<HTMLFormElement>(null);
  const form = useOutputForm({ type, schema, output, taken });
  const { name, filter, start, tested } = form;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // Events of a dialog go on to what it was opened from.
    event.stopPropagation();
    if (await form.save()) onClose();
    else focusFault();
  };
  const saveAndTest = async () => {
    if (!(await form.saveAndTest())) focusFault();
  };
  /** To the first field that is wrong, once it is marked. */
  const focusFault = () =>
    requestAnimationFrame(() => home.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  return (
    <form ref={home} className="output-form" noValidate onSubmit={(event) => void submit(event)}>
      {!form.exists && (
        <div className="form-line">
          <label htmlFor={`${id}-name`}>Name</label>
          <input
            id={`${id}-name`}
            className="input mono"
            value={name}
            maxLength={63}
            spellCheck={false}
            aria-invalid={form.nameProblem !== null}
            aria-describedby={`${id}-name-help`}
            onChange={(event) => form.setName(event.target.value)}
          />
          <p id={`${id}-name-help`} className={form.nameProblem ? 'field-error' : 'muted small'}>
            {form.nameProblem ?? 'Lower case letters, digits, - and _.'}
          </p>
        </div>
      )}
      {output?.origin === 'settings' && (
        <p className="output-note warn">It comes from the settings: at the next start they say again what they name.</p>
      )}
      <ConfigFields
        fields={form.fields}
        config={form.config}
        draft={form.draft}
        problems={form.problems}
        onChange={form.edit}
      />
      <div className="form-line">
        <label htmlFor={`${id}-filter`}>Filter</label>
        <FilterField
          id={`${id}-filter`}
          value={filter}
          onChange={form.setFilter}
          placeholder="risk >= 40"
          describedBy={`${id}-filter-help`}
        />
        <p id={`${id}-filter-help`} className="muted small">
          Only events that satisfy it are delivered; all of them when empty.
        </p>
      </div>
      {!form.exists && (
        <div className="form-line">
          <span>Begins with events from</span>
          <PlaceChoice label="Start" options={['now', 'oldest', 'time']} place={start} onChange={form.setStart} />
        </div>
      )}
      <div className="form-foot">
        {form.error && <ErrorNotice error={form.error} what="Not saved" />}
        {tested && <TestResult answer={tested} onClose={form.forgetTest} />}
        <div className="row-actions end">
          {onBack && !form.exists && (
            <button type="button" className="button" onClick={onBack}>
              Another type
            </button>
          )}
          <button type="button" className="button" onClick={onClose}>
            {tested ? 'Close' : 'Cancel'}
          </button>
          <button type="button" className="button" disabled={form.busy} onClick={() => void saveAndTest()}>
            Save and test
          </button>
          <button type="submit" className="button primary" disabled={form.busy}>
            Save
          </button>
        </div>
      </div>
    </form>
  );
}

/** What the form holds, and what it does with it. */
function useOutputForm({ type, schema, output, taken }: Omit<OutputFormProps, 'onClose' | 'onBack'>) {
  const action = useAction();
  const shown = useStore(zone);
  const [saved, setSaved] = useState<Output | undefined>(output);
  const [name, setName] = useState(output?.name ?? freeName(type, taken));
  const [draft, setDraft] = useState<ConfigDraft>({});
  const [filter, setFilter] = useState(output?.filter ?? '');
  const [start, setStart] = useState<Place>({ at: 'now', text: '' });
  const [tried, setTried] = useState(false);
  const [tested, setTested] = useState<TestAnswer | null>(null);
  const fields = fieldsOf(schema);
  const config = saved?.config ?? {};
  const read = readDraft(fields, draft, config);
  const place = readPlace(start, shown, Date.now());
  const nameProblem = saved ? null : nameProblemOf(name, taken);
  const complete = Object.keys(read.problems).length === 0 && nameProblem === null && place !== undefined;

  const save = async (): Promise<boolean> => {
    setTried(true);
    setTested(null);
    if (!complete) return false;
    const body = { type, config: read.config, filter: filter.trim(), ...(!saved && { start: place }) };
    const answer = await action.run<{ output: Output }>(outputPath(name), { method: 'PUT', body });
    if (!answer) return false;
    setSaved(answer.output);
    setDraft({});
    setTried(false);
    toast(saved ? `${name} is changed.` : `${name} delivers.`);
    return true;
  };
  const saveAndTest = async (): Promise<boolean> => {
    if (!(await save())) return false;
    const answer = await action.run<TestAnswer>(outputPath(name, 'test'), { method: 'POST' });
    if (answer) setTested(answer);
    return true;
  };
  return {
    ...{ name, setName, nameProblem: tried ? nameProblem : null, exists: saved !== undefined },
    ...{ fields, config, draft, problems: tried ? read.problems : {}, filter, setFilter, start, setStart },
    ...{ busy: action.busy, error: action.error, tested, save, saveAndTest },
    edit: (field: string, value: string | boolean | null) => setDraft({ ...draft, [field]: value }),
    forgetTest: () => setTested(null),
  };
}

function nameProblemOf(name: string, taken: readonly string[]): string | null {
  if (!NAME.test(name))
    return 'A name is lower case letters, digits, - and _, and begins with a letter; not "types" or "test".';
  return taken.includes(name) ? `There is an output ${name} already.` : null;
}
