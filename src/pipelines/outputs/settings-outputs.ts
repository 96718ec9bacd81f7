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
  if (elastic.url !== undefined) {
    const { url, username, password } = withoutCredentials(elastic.url);
    const user = elastic.username ?? username;
    found.set('elastic', {
      type: 'elastic-bulk',
      config: {
        urls: [url],
        allow_private: true,
        ...(user !== undefined && { username: user, password: elastic.password ?? password ?? '' }),
      },
    });
  }
  return found;
}

/** People write user and password into the address: they are taken out of it, so that it can be shown. */
function withoutCredentials(text: string): {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
} {
  const url = new URL(text);
  if (url.username === '') return { url: text };
  const username = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return { url: url.href, username, password };
}
