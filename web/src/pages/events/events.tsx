import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type ApiError, address, asCurl, call } from '../../api/client.ts';
import { contextParams, useFields, useLive, useOverview } from '../../api/queries.ts';
import type { EventPage } from '../../api/types.ts';
import { plural, whole } from '../../format/number.ts';
import { useUrlState } from '../../state/url-state.ts';
import { EmptyState, emptinessOf } from '../../widgets/empty.tsx';
import { EventDrawer, EventDrawerById } from '../../widgets/event-drawer.tsx';
import { ErrorNotice, Notice, Skeleton } from '../../widgets/states.tsx';
import { ColumnPicker } from './column-picker.tsx';
import { fieldsToAsk, readColumns, writeColumns } from './columns.ts';
import { EventTable } from './event-table.tsx';
import { ExportMenu } from './export-menu.tsx';
import './events.css';

const PAGE_SIZE = 200;

/** Raw events, newest first: as many as one cares to scroll through. */
export default function EventsPage() {
  const { state, update } = useUrlState();
  const live = useLive();
  const overview = useOverview();
  const fields = useFields().data?.fields ?? [];
  const columns = useMemo(() => readColumns(state.cols), [state.cols]);
  const params = { ...contextParams(state), fields: fieldsToAsk(columns), limit: PAGE_SIZE };
  const query = useInfiniteQuery<EventPage, ApiError, { pages: EventPage[] }, unknown[], string | null>({
    queryKey: ['/v1/events', 'pages', params],
    queryFn: ({ signal, pageParam }) =>
      call<EventPage>('/v1/events', { params: { ...params, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    // Further pages hang on the cursor of the first: while one reads on, nothing moves.
    refetchInterval: (running) => ((running.state.data?.pages.length ?? 0) <= 1 ? live.interval : false),
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const open = state.row === '' ? undefined : items.find((item) => item.id === state.row);
  const close = () => update({ row: '' }, { replace: true });
  const empty =
    items.length === 0 && !query.isPending && !query.error && overview.data && !overview.isPlaceholderData
      ? emptinessOf(overview.data, state, Date.now())
      : null;
  const total = overview.data?.kpis.events?.value ?? null;
  const readingOn = live.on && (query.data?.pages.length ?? 0) > 1;
  return (
    <>
      <header className="page-head">
        <h1 className="page-title">Events</h1>
        <p className="muted" aria-live="polite">
          {query.data &&
            (total === null ? plural(items.length, 'event') : `${whole(items.length)} of ${whole(total)} loaded`)}
          {readingOn && ' · live refresh waits while you read on'}
        </p>
        <div className="page-actions">
          <ColumnPicker
            fields={fields}
            chosen={columns}
            onChange={(next) => update({ cols: writeColumns(next) }, { replace: true })}
          />
          <ExportMenu
            params={{ ...contextParams(state), fields: columns.join(',') }}
            curl={asCurl(address('/v1/events', params))}
          />
        </div>
      </header>
      {query.error && query.error.code !== 'INVALID_FILTER' && (
        <ErrorNotice error={query.error} retry={() => void query.refetch()} what="The events" />
      )}
      {query.error?.code === 'INVALID_FILTER' && (
        <Notice title="The filter has an error" tone="warn">
          <p>{query.error.message} The place is marked in the filter above.</p>
        </Notice>
      )}
      {query.isPending && !query.error && <Skeleton rows={12} height={24} />}
      {empty && overview.data && <EmptyState kind={empty} overview={overview.data} />}
      {items.length > 0 && (
        <EventTable
          items={items}
          columns={columns}
          fields={fields}
          openId={state.row}
          dimmed={query.isPlaceholderData || query.error !== null}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : null}
          loadingMore={query.isFetchingNextPage}
          onOpen={(id) => update({ row: id }, { replace: state.row !== '' })}
        />
      )}
      {open ? (
        <EventDrawer key={open.id} event={open} onClose={close} />
      ) : (
        state.row !== '' && <EventDrawerById key={state.row} id={state.row} onClose={close} />
      )}
    </>
  );
}
