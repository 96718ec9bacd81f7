import type { Step, Write } from './json-field.ts';
import { ReadyText } from './ready-text.ts';

/** Appends what a function makes of each row. @param key comma, name and colon: `,"port":`. */
export function writeStep(key: string, write: Write): Step {
  const name = new ReadyText(key);
  return (_, row, sink) => {
    const text = write(row);
    if (text === '') return;
    sink.ready(name);
    sink.text(text);
  };
}
