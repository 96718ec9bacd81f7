import { afterAll } from 'vitest';
import { ClickHouseFront } from '../support/clickhouse-front.ts';
import { telemetryStoreContract } from './telemetry-store.ts';

let front: ClickHouseFront | undefined;
afterAll(() => front?.stop());

telemetryStoreContract('ClickHouse by URL', async () => {
  front = await ClickHouseFront.start();
  return { clickhouseUrl: front.url };
});
