import { AppError } from '../../kit/errors.ts';
import type { Routes } from '../context.ts';
import type { ApiDeps } from '../deps.ts';
import { canonicalDomain, canonicalIp } from '../domain.ts';
import { errors } from '../schemas/common.ts';
import { type LookupResult, lookupAnswer, lookupBody } from '../schemas/lookup.ts';

const NO_ADDRESS = 'is no address and no domain name.';

function lookupIp(deps: ApiDeps, query: string): LookupResult | undefined {
  const ip = canonicalIp(query);
  if (ip === undefined) return undefined;
  const place = deps.locator.place(ip);
  const located = place !== undefined && (place.country !== '' || place.city !== '' || place.lat !== null);
  return {
    query,
    type: 'ip',
    ...(place && { scope: place.scope }),
    geo: located ? { country: place.country, city: place.city, lat: place.lat, lon: place.lon } : null,
    asn: place && place.asn > 0 ? { asn: place.asn, org: place.org } : null,
    ...threatsOf(deps, ip, place),
  };
}

function lookupDomain(deps: ApiDeps, query: string): LookupResult | undefined {
  const domain = canonicalDomain(query);
  if (domain === undefined) return undefined;
  return { query, type: 'domain', geo: null, asn: null, ...threatsOf(deps, domain, undefined) };
}

function threatsOf(deps: ApiDeps, value: string, place: ReturnType<ApiDeps['locator']['place']>) {
  const matches = deps.matcher.lookup(value);
  const { score, reasons } = deps.scoreLookup(place, matches);
  const notices = deps.locator.sources().map((source) => source.attribution);
  return {
    threats: matches.map(({ value: indicator, category, confidence, source }) => ({
      indicator,
      category,
      confidence,
      source,
    })),
    risk: { score, reasons: [...reasons] },
    attribution: [...new Set(notices.filter((notice) => notice !== ''))],
  };
}

export const lookupRoutes: Routes = (app, { deps }) => {
  app.post(
    '/v1/lookup',
    {
      config: { access: 'read' },
      schema: {
        tags: ['intel'],
        summary: 'What is known about addresses and domains',
        description: 'Nothing leaves the machine. Defanged spellings such as 203[.]0[.]113[.]7 are understood.',
        body: lookupBody,
        response: { 200: lookupAnswer, ...errors(400, 401, 403, 429) },
      },
    },
    async (request) => {
      const { ip, domain, indicators } = request.body;
      if (indicators) {
        const one = (query: string) =>
          lookupIp(deps, query) ?? lookupDomain(deps, query) ?? { query, error: `"${query}" ${NO_ADDRESS}` };
        return { results: indicators.map(one) };
      }
      const result = ip === undefined ? lookupDomain(deps, domain ?? '') : lookupIp(deps, ip);
      if (result) return result;
      const wanted = ip === undefined ? 'no domain name' : 'no IPv4 or IPv6 address';
      throw new AppError('INVALID_ADDRESS', `"${ip ?? domain}" is ${wanted}.`);
    },
  );
};
