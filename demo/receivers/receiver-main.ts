import { startElastic } from './elastic.ts';
import type { Controls, Receiver, ReceiverOptions } from './receiver.ts';
import { startSplunk } from './splunk.ts';
import { startSyslog } from './syslog.ts';
import { startWebhook } from './webhook.ts';

/** The receivers that can be started by name, each with the options of its kind. */
const RECEIVERS: Readonly<Record<string, (options: ReceiverOptions<never>) => Promise<Receiver<Controls>>>> = {
  elastic: startElastic,
  splunk: startSplunk,
  syslog: startSyslog,
  webhook: startWebhook,
};

/**
 * Starts one receiver as a process of its own, so that it can be killed: `receiver-main.ts splunk '{"port":18088}'`.
 * Prints one line of JSON (`url`, `port`, `ca`) when it listens; SIGTERM ends it in order.
 */
async function main([name = '', options = '{}']: readonly string[]): Promise<void> {
  const start = Object.hasOwn(RECEIVERS, name) ? RECEIVERS[name] : undefined;
  if (!start) throw new Error(`There is no receiver ${name}: one of ${Object.keys(RECEIVERS).join(', ')}.`);
  const receiver = await start(JSON.parse(options));
  const { url, port, ca } = receiver;
  process.stdout.write(`${JSON.stringify({ url, port, ca })}\n`);
  process.once('SIGTERM', () => {
    void receiver.close();
  });
}

await main(process.argv.slice(2));
