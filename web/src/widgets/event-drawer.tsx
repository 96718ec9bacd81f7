import { asCurl } from '../api/client.ts';
import { useApi, useFields } from '../api/queries.ts';
import type { FieldInfo, VedetteEvent } from '../api/types.ts';
import { fieldNamed } from '../filter/complete.ts';
import { bytes, whole } from '../format/number.ts';
import { duration } from '../format/time.ts';
import { CopyButton } from './copy.tsx';
import { Drawer } from './drawer.tsx';
import { type EventField, fieldsOfEvent, kindOfField } from './event-fields.ts';
import { Reasons, RiskBadge } from './risk.tsx';
import { ErrorNotice, Skeleton } from './states.tsx';
import { Value } from './value.tsx';
import { When } from './when.tsx';

interface EventDrawerProps {
  event: VedetteEvent;
  onClose: () => void;
}

/** Everything that is known about one event: reasons, matches, all fields, attributes of its kind. */
export function EventDrawer({ event, onClose }: EventDrawerProps) {
  // The list asks for some columns only; the whole event is one more request.
  const whole = useApi<VedetteEvent>(`/v1/events/${encodeURIComponent(event.id)}`, {}, { fresh: 60_000 });
  const shown = whole.data && !whole.isPlaceholderData ? whole.data : event;
  return (
    <Drawer
      title={
        <>
          <RiskBadge score={shown.risk_score} /> <span>{shown.kind ?? 'event'}</span>
        </>
      }
      onClose={onClose}
      actions={
        <>
          <CopyButton text={JSON.stringify(shown, null, 2)} label="Copy JSON" />
          <CopyButton text={asCurl(`/v1/events/${event.id}`)} label="Copy as curl" />
        </>
      }
    >
      {whole.error && <ErrorNotice error={whole.error} retry={whole.refetch} what="The whole event" />}
      <section>
        <h3>Why {shown.risk_score}</h3>
        <Reasons score={shown.risk_score} reasons={shown.risk_reasons ?? []} />
      </section>
      <Matches event={shown} />
      <section>
        <h3>Fields</h3>
        {whole.isPending ? <Skeleton rows={10} /> : <FieldList event={shown} />}
      </section>
    </Drawer>
  );
}

/** An event of which only the id is known yet: from a link. */
export function EventDrawerById({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useApi<VedetteEvent>(`/v1/events/${encodeURIComponent(id)}`, {}, { fresh: 60_000 });
  if (query.data && query.data.id === id) return <EventDrawer event={query.data} onClose={onClose} />;
  return (
    <Drawer title="Event" onClose={onClose}>
      {query.error ? (
        <ErrorNotice error={query.error} retry={query.refetch} what="The event" />
      ) : (
        <Skeleton rows={12} />
      )}
    </Drawer>
  );
}

function Matches({ event }: { event: VedetteEvent }) {
  const matches = event.ti_matches ?? [];
  if (matches.length === 0) return null;
  return (
    <section>
      <h3>Indicators matched</h3>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Indicator</th>
            <th scope="col">Category</th>
            <th scope="col" className="number">
              Confidence
            </th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {matches.map((match) => (
            <tr key={`${match.source} ${match.indicator} ${match.field}`}>
              <td>
                <Value kind="text" field="threat.indicator" value={match.indicator} />
              </td>
              <td>{match.category}</td>
              <td className="number">{match.confidence}</td>
              <td>{match.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function FieldList({ event }: { event: VedetteEvent }) {
  const fields = useFields().data?.fields ?? [];
  return (
    <dl className="fields">
      {fieldsOfEvent(event).map((field) => (
        <div key={field.path}>
          <dt title={fieldNamed(fields, field.path)?.doc}>{field.path}</dt>
          <dd>
            <FieldValue field={field} info={fieldNamed(fields, field.path)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FieldValue({ field, info }: { field: EventField; info: FieldInfo | undefined }) {
  const { path, value } = field;
  if (path === 'ts' || path === 'received') return <When time={String(value)} exact />;
  if (typeof value === 'boolean') return <span>{String(value)}</span>;
  if (info?.unit === 'bytes' && typeof value === 'number') return <span title={whole(value)}>{bytes(value)}</span>;
  if (path === 'duration' && typeof value === 'number') return <span title={`${value} s`}>{duration(value)}</span>;
  return <Value kind={kindOfField(path)} field={path} value={value} />;
}
