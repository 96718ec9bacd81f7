import { IsoWriter } from './iso-writer.ts';
import { TextSink } from './text-sink.ts';

/** Makes a writer of times as texts: what {@link IsoWriter} appends, the empty string for what is no time. */
export function isoTimes(): (time: number) => string {
  const writer = new IsoWriter();
  const sink = new TextSink();
  return (time) => {
    sink.length = 0;
    return writer.append(time, sink) ? sink.toString() : '';
  };
}
