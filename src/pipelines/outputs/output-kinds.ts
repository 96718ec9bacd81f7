import { elasticBulk } from '../../outputs/elastic-bulk.ts';
import { cimEncoder } from '../../outputs/encode/cim.ts';
import { ecsEncoder } from '../../outputs/encode/ecs.ts';
import { vedetteEncoder } from '../../outputs/encode/vedette.ts';
import type { AnyOutputKind } from '../../outputs/output.ts';
import { splunkHec } from '../../outputs/splunk-hec.ts';
import { webhook } from '../../outputs/webhook.ts';

/** Every type of output, with the encoders it may use. */
export function outputKinds(): readonly AnyOutputKind[] {
  return [
    splunkHec({ cim: cimEncoder, vedette: () => vedetteEncoder() }),
    elasticBulk('elastic-bulk', ecsEncoder),
    elasticBulk('opensearch', ecsEncoder),
    webhook,
  ];
}
