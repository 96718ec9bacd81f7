import { useEffect, useState } from 'react';
import { ago, dateTime, precise, toMs, zoneName } from '../format/time.ts';
import { useStore } from '../kit/store.ts';
import { zone } from '../state/preferences.ts';

/** The time now, looked at again every so many milliseconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A time in the zone that is shown; ISO 8601 in the title. */
export function When({ time, exact = false }: { time: string; exact?: boolean }) {
  const shown = useStore(zone);
  const ms = toMs(time);
  if (Number.isNaN(ms)) return <span>{time}</span>;
  return (
    <time dateTime={time} title={`${time} (${zoneName('utc', ms)})`}>
      {exact ? precise(ms, shown) : dateTime(ms, shown)}
    </time>
  );
}

/** `3 min ago`, with the whole time in the title. */
export function Ago({ time }: { time: string }) {
  const now = useNow(5000);
  const shown = useStore(zone);
  const ms = toMs(time);
  if (Number.isNaN(ms)) return <span>{time}</span>;
  return (
    <time dateTime={time} title={`${dateTime(ms, shown)} ${zoneName(shown, ms)}`}>
      {ago(ms, Math.max(now, ms))}
    </time>
  );
}
