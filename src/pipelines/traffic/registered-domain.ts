/**
 * Labels under which the registries of countries give out names: `co.uk`, `com.br`. No country code registry has all of
 * them, but where one of these stands before a country code it is a suffix rather than a name.
 */
const SECOND = new Set(
  'ac ad art asn biz co com coop ed edu firm gen go gob gouv gov govt gub gv id idf ind info int k12 ltd med mil muni name ne net nhs nic nom or org plc police presse priv pro res sch school tm tv web'.split(
    ' ',
  ),
);
/** Suffixes of companies below which everyone can have names (the private part of the public suffix list), the frequent ones. */
const SHARED = new Set(
  'amazonaws.com appspot.com azurewebsites.net blogspot.com cloudapp.net cloudfront.net duckdns.org dyndns.org fastly.net github.io gitlab.io herokuapp.com netlify.app no-ip.org pages.dev vercel.app web.app workers.dev'.split(
    ' ',
  ),
);
/** No top level domain is longer, but for those in Punycode. */
const LONGEST = 18;

/**
 * The domain that was registered, found without the public suffix list by what suffixes have in common: `example.co.uk` of
 * `a.example.co.uk`. Undefined for what cannot be a name of the Internet: one label, or a last label with digits.
 */
export function registeredDomain(name: string): string | undefined {
  const labels = name.split('.');
  const [last = '', second = ''] = labels.toReversed();
  if (labels.length < 2 || labels.includes('') || !isTopLevel(last)) return undefined;
  const shared = SHARED.has(`${second}.${last}`);
  const suffix = shared || (last.length === 2 && SECOND.has(second)) ? 2 : 1;
  return labels.length > suffix ? labels.slice(-suffix - 1).join('.') : undefined;
}

function isTopLevel(label: string): boolean {
  return /^xn--[a-z0-9-]+$/.test(label) || (label.length <= LONGEST && /^[a-z]{2,}$/.test(label));
}
