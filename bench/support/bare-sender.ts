import { Agent, request } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/**
 * The least that a sender can do: documents that lie ready as objects are stringified, gzipped and posted, eight
 * requests at a time. Prints events a second of wall time and of CPU time.
 *
 *     node --import tsx bench/support/bare-sender.ts http://127.0.0.1:PORT hec|bulk SECONDS BATCH
 */
const [origin, kind, seconds, size] = process.argv.slice(2);
const squeeze = promisify(gzip);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const texts = (await (await fetch(`${origin}/sample`)).json()) as string[];
const all = texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line) as object);
const documents = kind === 'bulk' ? all.filter((_, i) => i % 2 === 1) : all;
const path = kind === 'bulk' ? '/null/_bulk' : '/services/collector/event';

function post(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    const sent = request(`${origin}${path}`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

let next = 0;
let events = 0;
async function sender(until: number): Promise<void> {
  while (performance.now() < until) {
    let text = '';
    for (let i = 0; i < Number(size); i++) {
      if (kind === 'bulk') text += '{"create":{"_id":"123456789012345678"}}\n';
      text += `${JSON.stringify(documents[next++ % documents.length])}\n`;
    }
    await post(await squeeze(text, { level: 1 }));
    events += Number(size);
  }
}

const all8 = (until: number) => Promise.all(Array.from({ length: 8 }, () => sender(until)));
await all8(performance.now() + 1000);
events = 0;
const began = performance.now();
const cpu = process.cpuUsage();
await all8(began + Number(seconds) * 1000);
const took = (performance.now() - began) / 1000;
const used = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ wall: events / took, cpu: events / ((used.user + used.system) / 1e6) })}\n`);
agent.destroy();
