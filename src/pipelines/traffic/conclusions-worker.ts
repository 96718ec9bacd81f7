import { parentPort, workerData } from 'node:worker_threads';
import type { DetectedWindow } from '../../detect/detectors/detection.ts';
import type { ConclusionOrder, FromConclusions, ToConclusions } from './conclusion-messages.ts';
import { Conclusions } from './conclusions.ts';
import { eventNames } from './connection-name.ts';
import { NoteReader } from './note-reader.ts';

/** The thread that concludes from the notes of one analysis while another one reads packets. */
if (!parentPort) throw new Error('This module is the entry of a thread.');
const port = parentPort;
const { options } = workerData as ConclusionOrder;
let detected: DetectedWindow[] = [];
const conclusions = new Conclusions(options, (windows) => detected.push(...windows));
const reader = new NoteReader(conclusions, eventNames(options.run));

port.on('message', (message: ToConclusions) => {
  if ('block' in message) {
    const { numbers } = message.block;
    reader.take(message.block);
    const answer: FromConclusions = { empty: numbers, detected };
    port.postMessage(answer, [numbers.buffer]);
    detected = [];
    return;
  }
  const answer: FromConclusions = { conclusion: conclusions.result() };
  port.postMessage(answer);
  port.close();
});
