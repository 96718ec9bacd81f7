import { elasticBulk } from '../../outputs/elastic-bulk.ts';
import { cimEncoder } from '../../outputs/encode/cim.ts';
import { ecsEncoder } from '../../outputs/encode/ecs.ts';
import { vedetteEncoder } from '../../outputs/encode/vedette.ts';
import type { FilePlaces } from '../../outputs/file-folder.ts';
import { fileOutput } from '../../outputs/file-output.ts';
import type { AnyOutputKind } from '../../outputs/output.ts';
import { splunkHec } from '../../outputs/splunk-hec.ts';
import { syslog } from '../../outputs/syslog.ts';
import { webhook } from '../../outputs/webhook.ts';

/** Every type of output, with the encoders and folders it may use. */
export function outputKinds(places: FilePlaces): readonly AnyOutputKind[] {
  return [
    splunkHec({ cim: cimEncoder, vedette: () => vedetteEncoder() }),
    elasticBulk('elastic-bulk', ecsEncoder),
    elasticBulk('opensearch', ecsEncoder),
    syslog,
    webhook,
    fileOutput(places),
  ];
}
