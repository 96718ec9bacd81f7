import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import type { FieldInfo, VedetteEvent } from '../../api/types.ts';
import { fieldNamed } from '../../filter/complete.ts';
import { bytes, short } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { useStore } from '../../kit/store.ts';
import { density, shortcuts } from '../../state/preferences.ts';
import { kindOfField } from '../../widgets/event-fields.ts';
import { RiskBadge } from '../../widgets/risk.tsx';
import { Value } from '../../widgets/value.tsx';
import { When } from '../../widgets/when.tsx';
import { cellOf, isNumber, widthOf } from './columns.ts';

const ROW_HEIGHT = { compact: 24, normal: 28, comfortable: 36 };

interface EventTableProps {
  items: readonly VedetteEvent[];
  columns: readonly string[];
  fields: readonly FieldInfo[];
  openId: string;
  dimmed: boolean;
  /** Loads the next page; null when there is none or it is on its way. */
  more: (() => void) | null;
  loadingMore: boolean;
  onOpen: (id: string) => void;
}

/** A real table of which only the rows in sight exist; two empty rows keep the height of the others. */
export function EventTable({ items, columns, fields, openId, dimmed, more, loadingMore, onOpen }: EventTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const height = ROW_HEIGHT[useStore(density)];
  const [at, setAt] = useState(0);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when their height changes
  useEffect(() => rows.measure(), [height]);
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - 40) more();
  }, [last, items.length, more]);

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    setAt(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${next}"] .row-open`)?.focus());
    // With the drawer open, moving moves what is in it.
    if (openId !== '') onOpen(items[next].id);
  };
  useListKeys((step) => moveTo(at + step));
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
      PageDown: at + 20,
      PageUp: at - 20,
    };
    if (!(event.key in steps)) return;
    event.preventDefault();
    moveTo(steps[event.key]);
  };
  const widths = columns.map((path) => widthOf(path, fieldNamed(fields, path)));
  const above = visible[0]?.start ?? 0;
  const below = rows.getTotalSize() - (visible.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the buttons of the rows
    <div ref={box} className={`table-scroll event-scroll ${dimmed ? 'dimmed' : ''}`} onKeyDown={onKeyDown}>
      <table
        className="event-table"
        aria-rowcount={items.length + 1}
        style={{ minWidth: widths.reduce((sum, width) => sum + width, 36) }}
      >
        <caption className="visually-hidden">Events, newest first</caption>
        <colgroup>
          <col style={{ width: 36 }} />
          {columns.map((path, i) => (
            <col key={path} style={{ width: widths[i] }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">
              <span className="visually-hidden">Details</span>
            </th>
            {columns.map((path) => {
              const field = fieldNamed(fields, path);
              return (
                <th
                  key={path}
                  scope="col"
                  className={isNumber(field) ? 'number' : undefined}
                  aria-sort={path === 'ts' ? 'descending' : undefined}
                  title={field?.doc}
                >
                  {path}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Spacer height={above} columns={columns.length + 1} />}
          {visible.map((row) => {
            const event = items[row.index];
            return event ? (
              <Row
                key={event.id}
                event={event}
                index={row.index}
                columns={columns}
                fields={fields}
                height={height}
                reachable={row.index === at}
                selected={event.id === openId}
                onOpen={onOpen}
                onReach={setAt}
              />
            ) : null;
          })}
          {below > 0 && <Spacer height={below} columns={columns.length + 1} />}
        </tbody>
      </table>
      {loadingMore && (
        <p className="muted table-more" role="status">
          Loading more…
        </p>
      )}
    </div>
  );
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row is not focusable
    <tr aria-hidden="true" className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

interface RowProps {
  event: VedetteEvent;
  index: number;
  columns: readonly string[];
  fields: readonly FieldInfo[];
  height: number;
  /** The one row that Tab reaches; arrows go to the others. */
  reachable: boolean;
  selected: boolean;
  onOpen: (id: string) => void;
  onReach: (index: number) => void;
}

const Row = memo(function Row({
  event,
  index,
  columns,
  fields,
  height,
  reachable,
  selected,
  onOpen,
  onReach,
}: RowProps) {
  return (
    <tr data-row={index} data-selected={selected} aria-rowindex={index + 2} style={{ height }}>
      <td>
        <button
          type="button"
          className="row-open"
          tabIndex={reachable ? 0 : -1}
          aria-label={`Details of the event of ${event.ts}`}
          aria-expanded={selected}
          onFocus={() => onReach(index)}
          onClick={() => onOpen(event.id)}
        >
          ⋯
        </button>
      </td>
      {columns.map((path) => (
        <td key={path} className={isNumber(fieldNamed(fields, path)) ? 'number' : undefined}>
          <Cell event={event} path={path} field={fieldNamed(fields, path)} />
        </td>
      ))}
    </tr>
  );
});

function Cell({ event, path, field }: { event: VedetteEvent; path: string; field: FieldInfo | undefined }) {
  const value = cellOf(event, path);
  if (path === 'risk') return <RiskBadge score={event.risk_score} />;
  if (value === null) return <span className="muted">–</span>;
  if (path === 'ts' || path === 'received') return <When time={String(value)} exact />;
  if (path === 'duration') return <span title={`${value} s`}>{duration(Number(value))}</span>;
  if (field?.unit === 'bytes') return <span title={`${value} bytes`}>{bytes(Number(value))}</span>;
  if (field?.unit === 'packets') return <span title={String(value)}>{short(Number(value))}</span>;
  return <Value kind={kindOfField(path)} field={path} value={value} />;
}

/** j and k, wherever the focus is, except in text fields. */
function useListKeys(move: (step: number) => void): void {
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target;
      if (target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || shortcuts.get() === 'off') return;
      if (document.querySelector('[role="menu"],[role="dialog"]')) return;
      if (event.key === 'j') latest.current(1);
      if (event.key === 'k') latest.current(-1);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
