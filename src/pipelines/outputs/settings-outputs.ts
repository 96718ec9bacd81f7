import type { Settings } from '../../kit/settings.ts';
import type { OutputChange } from '../../model/output.ts';

/**
 * Outputs that the file or the environment describes. Whoever writes there runs the machine, so private addresses are
 * as good as others.
 */
export function outputsOfSettings({ outputs }: Settings): ReadonlyMap<string, OutputChange> {
  const found = new Map<string, OutputChange>();
  const { splunk, elastic } = outputs;
  if (splunk.url !== undefined && splunk.token !== undefined)
    found.set('splunk', {
      type: 'splunk-hec',
      config: { hec_url: splunk.url, token: splunk.token, allow_private: true },
    });
  if (elastic.url !== undefined)
    found.set('elastic', {
      type: 'elastic-bulk',
      config: {
        urls: [elastic.url],
        allow_private: true,
        ...(elastic.username !== undefined && { username: elastic.username }),
        ...(elastic.password !== undefined && { password: elastic.password }),
      },
    });
  return found;
}
