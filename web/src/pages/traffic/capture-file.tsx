import { type DragEvent, useEffect, useId, useRef, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { type Upload, upload } from '../../api/upload.ts';
import { bytes } from '../../format/number.ts';
import { Icon } from '../../widgets/icons.tsx';
import { Panel } from '../../widgets/panel.tsx';
import { ErrorNotice } from '../../widgets/states.tsx';
import { PATHS, useAction, useFiles } from './data.ts';
import { JobReport, Progress } from './job-progress.tsx';
import type { CaptureFile, TrafficStatus } from './types.ts';

interface Sending {
  readonly name: string;
  readonly sent: number;
  readonly total: number;
}

/** Takes a capture, shows how far upload and analysis are, and analyses one that is there already. */
export function CaptureFilePanel({ status, mayAnalyse }: { status: TrafficStatus; mayAnalyse: boolean }) {
  const action = useAction();
  const { job, capture } = status;
  // A file can be analysed beside a live capture, not beside another file.
  const running = job?.state === 'running' && !(job.source === 'live' && capture.running);
  const compute = (file: string) =>
    void action.run(PATHS.jobs, { method: 'POST', body: { source: 'pcap', pcap_file: file } });
  const sending = useSending(compute);
  const shown = job?.source === 'pcap' ? job : null;
  const idle = !running && sending.now === null && !action.busy;
  return (
    <Panel title="Capture file" note="pcap or pcapng, plain, gzip or zstd" className="traffic-panel">
      {mayAnalyse ? (
        <DropZone onFile={sending.send} enabled={idle} />
      ) : (
        <p className="panel-empty muted">A key with the scope ingest may analyse captures.</p>
      )}
      {sending.now && (
        <div className="job">
          <p>
            Uploading <b>{sending.now.name}</b>
          </p>
          <Progress label={`Uploading ${sending.now.name}`} value={sending.now.sent} total={sending.now.total} />
          <button type="button" className="button small" onClick={sending.cancel}>
            Cancel
          </button>
        </div>
      )}
      {sending.error && <ErrorNotice error={sending.error} what="Not uploaded" />}
      {action.error && <ErrorNotice error={action.error} what="Not analysed" />}
      {shown && (
        <JobReport
          job={shown}
          onCancel={mayAnalyse ? () => void action.run(`${PATHS.jobs}/${shown.id}`, { method: 'DELETE' }) : undefined}
        />
      )}
      {mayAnalyse && <Known enabled={idle} onChoose={compute} />}
    </Panel>
  );
}

/** One upload at a time; `done` gets the name under which the server keeps the file. */
function useSending(done: (name: string) => void) {
  const [now, setNow] = useState<Sending | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const current = useRef<Upload<CaptureFile> | null>(null);
  // Who leaves the page while a file is on its way does not want it any more.
  useEffect(() => () => current.current?.cancel(), []);
  const send = async (file: File) => {
    setError(null);
    setNow({ name: file.name, sent: 0, total: file.size });
    const progress = (sent: number, total: number) => setNow({ name: file.name, sent, total });
    current.current = upload<CaptureFile>(`${PATHS.captures}?name=${encodeURIComponent(file.name)}`, file, progress);
    try {
      const { name } = await current.current.answer;
      done(name);
    } catch (problem) {
      if (problem instanceof ApiError) setError(problem);
    }
    current.current = null;
    setNow(null);
  };
  return { now, error, send: (file: File) => void send(file), cancel: () => current.current?.cancel() };
}

function DropZone({ onFile, enabled }: { onFile: (file: File) => void; enabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const id = useId();
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (enabled && file) onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way; the button inside is the first
    <div
      className="drop-zone"
      data-over={over && enabled}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <label htmlFor={id} className="visually-hidden">
        Capture file
      </label>
      <input
        id={id}
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        accept=".pcap,.pcapng,.cap,.gz,.zst"
        disabled={!enabled}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file can be chosen again.
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
      <button type="button" className="button" disabled={!enabled} onClick={() => input.current?.click()}>
        <Icon name="upload" /> Choose a capture
      </button>
      <span className="muted">or drop one here</span>
    </div>
  );
}

/** Captures in the folder of the server. */
function Known({ enabled, onChoose }: { enabled: boolean; onChoose: (name: string) => void }) {
  const files = useFiles();
  const [chosen, setChosen] = useState('');
  const id = useId();
  const items = files.data?.items ?? [];
  if (items.length === 0) return null;
  const file = items.find(({ name }) => name === chosen) ?? items[0];
  return (
    <div className="form-row known-captures">
      <label className="form-field grow" htmlFor={id}>
        <span>In the folder of captures</span>
        <select id={id} className="input" value={file.name} onChange={(event) => setChosen(event.target.value)}>
          {items.map(({ name, bytes: size }) => (
            <option key={name} value={name}>
              {name} ({bytes(size)})
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button" disabled={!enabled} onClick={() => onChoose(file.name)}>
        Analyse
      </button>
    </div>
  );
}
