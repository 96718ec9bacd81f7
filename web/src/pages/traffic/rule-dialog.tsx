import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { plural } from '../../format/number.ts';
import { Dialog } from '../../frame/dialog.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { anomalyKey } from './anomaly-key.ts';
import { PATHS, useAction } from './data.ts';
import { ANOMALY_TYPES, typeName } from './names.ts';
import { conditionsOf, draftOf, EXPIRIES, namesSomething, orderOf, type RuleDraft } from './rule-draft.ts';
import { SeverityBadge } from './severity.tsx';
import type { Anomaly, Rule } from './types.ts';
import { usePreview } from './use-preview.ts';

/** Makes a rule that hides what is known and allowed, and shows beforehand what that is. */
export function RuleDialog({ anomaly, onClose }: { anomaly?: Anomaly; onClose: () => void }) {
  const [draft, setDraft] = useState<RuleDraft>(() => draftOf(anomaly));
  const action = useAction();
  const complete = namesSomething(draft) && draft.reason.trim() !== '';
  const save = async (event: FormEvent) => {
    event.preventDefault();
    // Events of a dialog go on to what it was opened from.
    event.stopPropagation();
    const order = orderOf(draft, Date.now());
    const rule = await action.run<Rule>(PATHS.rules, { method: 'POST', body: order });
    if (!rule) return;
    toast(`The rule is in force and hides ${plural(rule.hits, 'anomaly', 'anomalies')}.`);
    onClose();
  };
  return (
    <Dialog
      title="Allow this"
      description="Anomalies that fit all of this are hidden, now and later. Empty fields fit anything."
      onClose={onClose}
    >
      <form className="rule-form" onSubmit={(event) => void save(event)}>
        <RuleFields draft={draft} onChange={(patch) => setDraft({ ...draft, ...patch })} />
        {action.error && <ErrorNotice error={action.error} what="Not saved" />}
        <Preview draft={draft} />
        <div className="row-actions end">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={!complete || action.busy}>
            Allow
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function RuleFields({ draft, onChange }: { draft: RuleDraft; onChange: (patch: Partial<RuleDraft>) => void }) {
  const id = useId();
  const text = (name: 'source' | 'destination' | 'port' | 'reason', more: Record<string, unknown> = {}) => (
    <input
      id={`${id}-${name}`}
      className={name === 'reason' ? 'input' : 'input mono'}
      value={draft[name]}
      spellCheck={name === 'reason'}
      onChange={(event) => onChange({ [name]: event.target.value })}
      {...more}
    />
  );
  return (
    <div className="rule-fields">
      <Field id={`${id}-detector`} label="Detector">
        <select
          id={`${id}-detector`}
          className="input"
          value={draft.detector}
          onChange={(event) => onChange({ detector: event.target.value })}
        >
          <option value="">any</option>
          {ANOMALY_TYPES.map((type) => (
            <option key={type} value={type}>
              {typeName(type)}
            </option>
          ))}
        </select>
      </Field>
      <Field id={`${id}-source`} label="Source">
        {text('source', { placeholder: 'address or network', maxLength: 64 })}
      </Field>
      <Field id={`${id}-destination`} label="Destination">
        {text('destination', { placeholder: 'address or network', maxLength: 64 })}
      </Field>
      <Field id={`${id}-port`} label="Port">
        {text('port', { type: 'number', min: 0, max: 65_535, placeholder: 'any' })}
      </Field>
      <Field id={`${id}-expiry`} label="Ends">
        <select
          id={`${id}-expiry`}
          className="input"
          value={draft.expiry}
          onChange={(event) => onChange({ expiry: event.target.value })}
        >
          {EXPIRIES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <Field id={`${id}-reason`} label="Reason">
        {text('reason', { placeholder: 'for those who come later', maxLength: 1000, required: true })}
      </Field>
    </div>
  );
}

function Field({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  return (
    <>
      <label htmlFor={id}>{label}</label>
      {children}
    </>
  );
}

const LISTED = 5;

function Preview({ draft }: { draft: RuleDraft }) {
  const enabled = namesSomething(draft);
  const { data, error, isPlaceholderData } = usePreview(conditionsOf(draft), enabled);
  if (!enabled) return <p className="small muted">Name a source, a destination, a port or a detector.</p>;
  if (error) return <ErrorNotice error={error} what="No preview" />;
  if (!data) return <p className="small muted">Looking what it would hide…</p>;
  return (
    <div className={isPlaceholderData ? 'rule-preview dimmed' : 'rule-preview'} role="status">
      <p>
        It would hide <b>{plural(data.count, 'anomaly', 'anomalies')}</b> of those there are now
        {data.count > LISTED && ', among them'}.
      </p>
      <ul className="small">
        {data.anomalies.slice(0, LISTED).map((anomaly) => (
          <li key={anomalyKey(anomaly)}>
            <SeverityBadge severity={anomaly.severity} score={anomaly.score} /> {typeName(anomaly.type)}:{' '}
            <span className="muted">{anomaly.message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
