import { parentPort, workerData } from 'node:worker_threads';
import type { DetectedWindow } from '../../detect/detectors/detection.ts';
import type { ConclusionOrder, FromConclusions, ToConclusions } from './conclusion-messages.ts';
import { LocalConclusions } from './local-conclusions.ts';

/** The thread that concludes from the notes of one analysis while another one reads packets. */
if (!parentPort) throw new Error('This module is the entry of a thread.');
const port = parentPort;
const { options } = workerData as ConclusionOrder;
let detected: DetectedWindow[] = [];
const conclusions = new LocalConclusions(options, (windows) => detected.push(...windows));

port.on('message', (message: ToConclusions) => {
  if ('block' in message) {
    conclusions.take(message.block);
    const answer: FromConclusions = { empty: message.block.numbers, detected };
    port.postMessage(answer);
    detected = [];
    return;
  }
  const answer: FromConclusions = { conclusion: conclusions.result() };
  port.postMessage(answer);
  port.close();
});
