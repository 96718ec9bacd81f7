import { useContextQuery } from '../../api/queries.ts';
import type { Measure, Top, TopItem } from '../../api/types.ts';
import { countryName, portName } from '../../format/names.ts';
import { bytes, share, short, whole } from '../../format/number.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import type { ValueKind } from '../../widgets/pivot.ts';
import { Segmented } from '../../widgets/segmented.tsx';
import { Value } from '../../widgets/value.tsx';

const MEASURES: readonly { value: Measure; label: string }[] = [
  { value: 'events', label: 'Events' },
  { value: 'bytes', label: 'Bytes' },
  { value: 'packets', label: 'Packets' },
  { value: 'risk', label: 'Risk' },
];

const LISTS: readonly { title: string; field: string; kind: ValueKind; one: string }[] = [
  { title: 'Sources', field: 'src.ip', kind: 'ip', one: 'Address' },
  { title: 'Destinations', field: 'dst.ip', kind: 'ip', one: 'Address' },
  { title: 'Ports', field: 'dst.port', kind: 'port', one: 'Port' },
  { title: 'Countries', field: 'dst.country', kind: 'country', one: 'Country' },
  { title: 'Threats', field: 'threat.indicator', kind: 'text', one: 'Indicator' },
];

const LIMIT = 10;

/** Who, where to, which port, which country, which indicator: the first ten of each, by one measure. */
export function TopLists() {
  const { state, update } = useUrlState();
  return (
    <section className="top-lists" aria-labelledby="top-lists-title">
      <header className="section-head">
        <h2 id="top-lists-title">Top</h2>
        <Segmented
          label="Count by"
          options={MEASURES}
          value={state.by}
          onChange={(by) => update({ by }, { replace: true })}
        />
      </header>
      <div className="grid top-grid">
        {LISTS.map((list) => (
          <TopList key={list.field} {...list} by={state.by} />
        ))}
      </div>
    </section>
  );
}

interface TopListProps {
  title: string;
  field: string;
  kind: ValueKind;
  one: string;
  by: Measure;
}

function TopList({ title, field, kind, one, by }: TopListProps) {
  const query = useContextQuery<Top>('/v1/query/top', { field, by, limit: LIMIT });
  return (
    <Panel title={title} className="top-panel">
      <Loaded query={query} what={title} rows={8} rowHeight={22}>
        {(top) => <TopTable top={top} title={title} one={one} kind={kind} />}
      </Loaded>
    </Panel>
  );
}

/** Events without a value (no country, no indicator) are counted below, not ranked. */
function TopTable({ top, title, one, kind }: { top: Top; title: string; one: string; kind: ValueKind }) {
  const items = top.items.filter((item) => item.value !== null && item.value !== '');
  if (items.length === 0) return <p className="panel-empty muted">{emptyText(kind)}</p>;
  const most = Math.max(...items.map((item) => item[top.by]), 1);
  return (
    <>
      <table className="top-table">
        <caption className="visually-hidden">
          {title} by {top.by}
        </caption>
        <thead>
          <tr>
            <th scope="col">{one}</th>
            <th scope="col" className="number">
              {top.by === 'risk' ? 'highest risk' : top.by}
            </th>
            {top.by !== 'risk' && (
              <th scope="col" className="number">
                share
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={String(item.value)}>
              <th scope="row">
                <span className="bar" style={{ width: `${(item[top.by] / most) * 100}%` }} aria-hidden="true" />
                <span className="name">
                  <Value kind={kindOf(kind, item.value)} field={top.field} value={item.value} />
                  <Label kind={kind} item={item} />
                </span>
              </th>
              <td className="number">{amount(top.by, item[top.by])}</td>
              {top.by !== 'risk' && <td className="number muted">{share(item[top.by], top.total[top.by])}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="top-foot">{footOf(top, items.length)}</p>
    </>
  );
}

/** Indicators are addresses, networks or names; the menu offers a look-up where it can. */
function kindOf(kind: ValueKind, value: TopItem['value']): ValueKind {
  if (kind !== 'text' || typeof value !== 'string') return kind;
  if (value.includes('/')) return 'text';
  return /^[\d.]+$|:/.test(value) ? 'ip' : 'domain';
}

function Label({ kind, item }: { kind: ValueKind; item: TopItem }) {
  const text =
    item.label ??
    (kind === 'country' ? countryName(String(item.value)) : kind === 'port' ? portName(Number(item.value)) : undefined);
  return text ? <span className="top-label">{text}</span> : null;
}

function amount(by: Measure, value: number): string {
  if (by === 'bytes') return bytes(value);
  return by === 'risk' ? whole(value) : short(value);
}

/** `10 of 4 812 · other 31 %`: what the list leaves out. */
export function footOf(top: Top, shown: number): string {
  if (top.distinct <= shown) return `all ${whole(shown)}`;
  const count = `${whole(shown)} of ${whole(top.distinct)}`;
  if (top.by === 'risk') return count;
  return `${count} · other ${share(top.other[top.by], top.total[top.by])}`;
}

function emptyText(kind: ValueKind): string {
  if (kind === 'text') return 'No indicator matched in this range.';
  if (kind === 'country') return 'No located address in this range.';
  return 'Nothing in this range.';
}
