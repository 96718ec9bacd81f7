import { useId } from 'react';
import { type ConfigDraft, isSet, shownText } from './config-draft.ts';
import type { ConfigField } from './schema-fields.ts';

interface ConfigFieldsProps {
  fields: readonly ConfigField[];
  /** As it is stored, secrets masked; empty for a new output. */
  config: Readonly<Record<string, unknown>>;
  draft: ConfigDraft;
  problems: Readonly<Record<string, string>>;
  onChange: (name: string, value: string | boolean | null) => void;
}

/** The configuration of a type: what matters first, the rest on demand. */
export function ConfigFields({ fields, ...rest }: ConfigFieldsProps) {
  const more = fields.filter((field) => !field.essential);
  const line = (field: ConfigField) => <FieldLine key={field.name} field={field} {...rest} />;
  return (
    <>
      {fields.filter((field) => field.essential).map(line)}
      {more.length > 0 && (
        <details className="more-fields" open={more.some(({ name }) => name in rest.problems) || undefined}>
          <summary>More settings ({more.length})</summary>
          <div className="output-form">{more.map(line)}</div>
        </details>
      )}
    </>
  );
}

type LineProps = Omit<ConfigFieldsProps, 'fields'> & { field: ConfigField };

function FieldLine(props: LineProps) {
  const { field, problems } = props;
  const id = useId();
  const problem = problems[field.name];
  const describedBy = `${id}-help${problem ? ` ${id}-problem` : ''}`;
  return (
    <div className="form-line">
      {field.kind === 'check' ? (
        <div className="check">
          <Input {...props} id={id} describedBy={describedBy} />
          <label htmlFor={id}>{field.label}</label>
        </div>
      ) : (
        <>
          <label htmlFor={id}>
            {field.label}
            {field.required && <span className="muted"> (needed)</span>}
          </label>
          <Input {...props} id={id} describedBy={describedBy} />
        </>
      )}
      {problem && (
        <p id={`${id}-problem`} className="field-error" role="alert">
          {field.label} {problem}.
        </p>
      )}
      <p id={`${id}-help`} className="muted small">
        {field.help}
        {field.kind === 'lines' && ' One a line.'}
        {field.kind === 'pairs' && ' Name: value, one a line.'}
      </p>
    </div>
  );
}

function Input({ field, config, draft, problems, onChange, id, describedBy }: LineProps & InputIds) {
  const entry = draft[field.name];
  const text = entry === undefined || entry === null ? shownText(field, config) : String(entry);
  const common = { id, 'aria-describedby': describedBy, 'aria-invalid': field.name in problems };
  const edit = (event: { target: { value: string } }) => onChange(field.name, event.target.value);
  if (field.secret) return <SecretInput {...{ field, config, entry, common, onChange }} />;
  if (field.kind === 'check')
    return (
      <input
        {...common}
        type="checkbox"
        checked={text === 'true'}
        onChange={(event) => onChange(field.name, event.target.checked)}
      />
    );
  if (field.kind === 'choice')
    return (
      <select {...common} className="input" value={text} onChange={edit}>
        {field.fallback === undefined && <option value="">–</option>}
        {field.choices.map((choice) => (
          <option key={String(choice)} value={String(choice)}>
            {String(choice)}
          </option>
        ))}
      </select>
    );
  if (field.kind === 'lines' || field.kind === 'pairs' || field.kind === 'long')
    return <textarea {...common} className="input mono" rows={2} spellCheck={false} value={text} onChange={edit} />;
  const number = field.kind === 'number' && { type: 'number', min: field.minimum, max: field.maximum };
  return (
    <input
      {...common}
      {...number}
      className="input mono"
      autoComplete="off"
      spellCheck={false}
      maxLength={field.maxLength}
      value={text}
      onChange={edit}
    />
  );
}

interface InputIds {
  id: string;
  describedBy: string;
}

interface SecretInputProps extends Pick<LineProps, 'field' | 'config' | 'onChange'> {
  entry: string | boolean | null | undefined;
  common: { id: string; 'aria-describedby': string; 'aria-invalid': boolean };
}

/** Never shows what is stored, only that something is; sent when something was typed, or when it is to go. */
function SecretInput({ field, config, entry, common, onChange }: SecretInputProps) {
  const set = isSet(field, config);
  const removed = entry === null;
  const shared = {
    ...common,
    className: 'input mono',
    autoComplete: field.kind === 'pairs' ? 'off' : 'new-password',
    spellCheck: false,
    placeholder: removed ? 'is removed on saving' : set ? 'set; type to change it' : '',
    value: typeof entry === 'string' ? entry : '',
    onChange: (event: { target: { value: string } }) => onChange(field.name, event.target.value),
  };
  return (
    <div className="secret">
      {field.kind === 'pairs' ? <textarea {...shared} rows={2} /> : <input {...shared} type="password" />}
      {set && !field.required && (
        <button type="button" className="button small" onClick={() => onChange(field.name, removed ? '' : null)}>
          {removed ? 'Keep' : 'Remove'}
          <span className="visually-hidden"> {field.label}</span>
        </button>
      )}
    </div>
  );
}
