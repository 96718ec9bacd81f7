import { type FormEvent, useId, useState } from 'react';
import type { Action } from '../../api/action.ts';
import { ApiError, download } from '../../api/client.ts';
import { bytes, whole } from '../../format/number.ts';
import { duration } from '../../format/time.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Loaded, Panel } from '../../widgets/panel.tsx';
import { ErrorNotice, Notice } from '../../widgets/states.tsx';
import { toast } from '../../widgets/toast.tsx';
import { Ago } from '../../widgets/when.tsx';
import { PATHS, useAction, useInterfaces } from './data.ts';
import { Line } from './section.tsx';
import type { Capture, CaptureInterface, TrafficStatus } from './types.ts';

/** Starts, shows and stops the capture on an interface of the server. */
export function LiveCapturePanel({ status, mayControl }: { status: TrafficStatus; mayControl: boolean }) {
  const action = useAction();
  const { capture } = status;
  return (
    <Panel
      title="Live capture"
      className="traffic-panel"
      note={capture.running ? `running on ${capture.interface}` : undefined}
      actions={
        capture.running &&
        mayControl && (
          <button
            type="button"
            className="button small"
            disabled={action.busy}
            onClick={() => void action.run(PATHS.stop, { method: 'POST' })}
          >
            Stop
          </button>
        )
      }
    >
      {action.error && <ErrorNotice error={action.error} what={capture.running ? 'Not stopped' : 'Not started'} />}
      {!capture.running && mayControl && <Start action={action} blocked={status.job?.state === 'running'} />}
      {!capture.running && !mayControl && capture.started === null && (
        <p className="panel-empty muted">A key with the scope admin may start a capture.</p>
      )}
      <CaptureState capture={capture} />
      {mayControl && capture.ring.packets > 0 && <Packets />}
    </Panel>
  );
}

function Start({ action, blocked }: { action: Action; blocked: boolean }) {
  const query = useInterfaces();
  return (
    <Loaded query={query} what="The interfaces" rows={3}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="panel-empty muted">
            There is no interface to capture on: dumpcap or tcpdump is not installed, or may not capture.
          </p>
        ) : (
          <StartForm items={items} action={action} blocked={blocked} />
        )
      }
    </Loaded>
  );
}

interface StartFormProps {
  items: readonly CaptureInterface[];
  action: Action;
  blocked: boolean;
}

function StartForm({ items, action, blocked }: StartFormProps) {
  const [chosen, setChosen] = useState('');
  const [seconds, setSeconds] = useState('60');
  const [filter, setFilter] = useState('');
  const id = useId();
  const name = items.some((item) => item.name === chosen) ? chosen : items[0].name;
  const start = (event: FormEvent) => {
    event.preventDefault();
    const body = {
      interface: name,
      ...(seconds !== '' && { duration: Number(seconds) }),
      ...(filter.trim() !== '' && { filter: filter.trim() }),
    };
    void action.run(PATHS.start, { method: 'POST', body });
  };
  return (
    <form className="form-row" onSubmit={start}>
      <label className="form-field" htmlFor={`${id}-interface`}>
        <span>Interface</span>
        <select
          id={`${id}-interface`}
          className="input"
          value={name}
          onChange={(event) => setChosen(event.target.value)}
        >
          {items.map((item) => (
            <option key={item.name} value={item.name} title={item.addresses.join(', ')}>
              {item.description && item.description !== item.name ? `${item.name} (${item.description})` : item.name}
            </option>
          ))}
        </select>
      </label>
      <label className="form-field narrow" htmlFor={`${id}-seconds`}>
        <span>Seconds</span>
        <input
          id={`${id}-seconds`}
          className="input"
          type="number"
          min={1}
          max={604_800}
          placeholder="until stopped"
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
        />
      </label>
      <label className="form-field grow" htmlFor={`${id}-filter`}>
        <span>Filter</span>
        <input
          id={`${id}-filter`}
          className="input mono"
          placeholder="all packets, or: tcp port 443"
          maxLength={1024}
          spellCheck={false}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <button type="submit" className="button primary" disabled={action.busy || blocked}>
        {action.busy ? 'Starting…' : 'Start'}
      </button>
    </form>
  );
}

/** What is held in memory, for Wireshark and the like. */
function Packets() {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await download(PATHS.packets, {}, 'capture.pcap');
    } catch (error) {
      toast(error instanceof ApiError ? `${error.title}: ${error.message}` : 'The download failed.', 'bad');
    }
    setBusy(false);
  };
  return (
    <div className="row-actions">
      <button type="button" className="button small" disabled={busy} onClick={() => void save()}>
        <Icon name="download" size={14} /> {busy ? 'Downloading…' : 'Download its packets'}
      </button>
    </div>
  );
}

/** The capture that is on, or the last one. */
function CaptureState({ capture }: { capture: Capture }) {
  if (capture.started === null) return null;
  return (
    <div className="capture-state">
      {capture.error && (
        <Notice tone="bad" title={`The capture on ${capture.interface} ended`}>
          <p>{capture.error}</p>
        </Notice>
      )}
      <dl className="fields">
        <Line name={capture.running ? 'Since' : 'Last capture'}>
          <Ago time={capture.started} /> on {capture.interface} with {capture.tool}
          {capture.filter && (
            <>
              , <code>{capture.filter}</code>
            </>
          )}
        </Line>
        <Line name="Lasted">
          {capture.elapsed === null ? '–' : duration(Math.round(capture.elapsed))}
          {capture.running && (capture.duration === null ? ', until stopped' : ` of ${duration(capture.duration)}`)}
        </Line>
        <Line name="Packets">
          {whole(capture.packets)} ({bytes(capture.bytes)})
        </Line>
        <Line name="Dropped">
          <Drops capture={capture} />
        </Line>
        <Line name="Held in memory">
          {whole(capture.ring.packets)} packets ({bytes(capture.ring.bytes)})
        </Line>
        {capture.files.length > 0 && <Line name="Written to">{capture.files.join(', ')}</Line>}
      </dl>
    </div>
  );
}

function Drops({ capture: { dropped, running } }: { capture: Capture }) {
  if (dropped === null) return <span className="muted">{running ? 'known at the end' : 'not told'}</span>;
  return <span className={dropped > 0 ? 'bad-figure' : undefined}>{whole(dropped)}</span>;
}
