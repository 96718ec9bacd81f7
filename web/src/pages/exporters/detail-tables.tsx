import { clause } from '../../filter/clauses.ts';
import { share, short, whole } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { Ago } from '../../widgets/when.tsx';
import { bitsText, protocolName } from './figures.ts';
import type { ExporterInterface, InterfaceCounters, Sampling, Template } from './types.ts';

export function TemplateTable({ templates }: { templates: readonly Template[] }) {
  if (templates.length === 0)
    return (
      <p className="muted">None. NetFlow 5 and sFlow need none; NetFlow 9 and IPFIX send them every few minutes.</p>
    );
  return (
    <div className="table-scroll short-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col" className="number">
              Id
            </th>
            <th scope="col">Kind</th>
            <th scope="col">Protocol</th>
            <th scope="col" className="number">
              Domain
            </th>
            <th scope="col" className="number">
              Records
            </th>
            <th scope="col">Refreshed</th>
            <th scope="col">Fields</th>
          </tr>
        </thead>
        <tbody>
          {templates.map((template) => (
            <tr key={`${template.protocol} ${template.domain} ${template.id}`}>
              <th scope="row" className="number">
                {template.id}
              </th>
              <td>{template.kind}</td>
              <td className="nowrap">{protocolName(template.protocol)}</td>
              <td className="number">{template.domain}</td>
              <td className="number">{short(template.records)}</td>
              <td className="nowrap">
                <Ago time={template.last_seen} />
              </td>
              <td>
                <details>
                  <summary>{template.fields.length} fields</summary>
                  <code className="template-fields">{template.fields.join(', ')}</code>
                </details>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ORIGINS: Readonly<Record<Sampling['from'], string>> = {
  header: 'header of the datagram',
  options: 'options data',
  record: 'flow record',
  configured: 'flows.exporters',
};

export function SamplingTable({ sampling }: { sampling: readonly Sampling[] }) {
  if (sampling.length === 0)
    return <p className="muted">Not sampled, as far as it says. If it does sample, say so in flows.exporters.</p>;
  return (
    <div className="table-scroll short-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col" className="number">
              Rate
            </th>
            <th scope="col">Known from</th>
            <th scope="col">Protocol</th>
            <th scope="col" className="number">
              Domain
            </th>
            <th scope="col" className="number">
              Selector
            </th>
            <th scope="col">Last told</th>
          </tr>
        </thead>
        <tbody>
          {sampling.map((each) => (
            <tr key={`${each.protocol} ${each.domain} ${each.selector}`}>
              <th scope="row" className="number">
                1:{each.rate}
              </th>
              <td>{ORIGINS[each.from]}</td>
              <td className="nowrap">{protocolName(each.protocol)}</td>
              <td className="number">{each.domain}</td>
              <td className="number">{each.selector ?? '–'}</td>
              <td className="nowrap">
                <Ago time={each.last_seen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function InterfaceTable({
  interfaces,
  exporter,
}: {
  interfaces: readonly ExporterInterface[];
  exporter: string;
}) {
  if (interfaces.length === 0)
    return <p className="muted">None named. Options data or flows.exporters name them; sFlow counters fill them.</p>;
  return (
    <div className="table-scroll short-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col" className="number">
              Index
            </th>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              In
            </th>
            <th scope="col" className="number">
              Out
            </th>
            <th scope="col" className="number">
              Errors
            </th>
            <th scope="col" className="number">
              Discards
            </th>
            <th scope="col">
              <span className="visually-hidden">Events</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {interfaces.map((each) => (
            <tr key={each.index}>
              <th scope="row" className="number">
                {each.index}
              </th>
              <td title={each.named_by === 'configured' ? 'Named in flows.exporters' : undefined}>
                {each.name || <span className="muted">–</span>}
                {each.description && <span className="muted"> {each.description}</span>}
              </td>
              <td className="nowrap">{stateOf(each.counters)}</td>
              <td className="number" title={usage(each.in_bps, each.counters)}>
                {bitsText(each.in_bps)}
              </td>
              <td className="number" title={usage(each.out_bps, each.counters)}>
                {bitsText(each.out_bps)}
              </td>
              <td className="number">{sum(each.counters?.in_errors, each.counters?.out_errors)}</td>
              <td className="number">{sum(each.counters?.in_discards, each.counters?.out_discards)}</td>
              <td>
                <PageLink to="/events" patch={{ q: eventsOf(exporter, each.index) }} className="link">
                  Events
                </PageLink>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What came in or went out there. */
function eventsOf(exporter: string, index: number): string {
  return `${clause('exporter', exporter, 'dict')} and (input.if = ${index} or output.if = ${index})`;
}

function stateOf(counters: InterfaceCounters | null): string {
  if (!counters) return '–';
  const speed = counters.speed === null ? '' : ` ${short(counters.speed, 'b/s')}`;
  return `${counters.up === null ? 'unknown' : counters.up ? 'up' : 'down'}${speed}`;
}

function usage(bps: number | null, counters: InterfaceCounters | null): string | undefined {
  if (bps === null || !counters?.speed) return undefined;
  return `${share(bps, counters.speed)} of its speed`;
}

/** Of both directions; a dash where neither is known. */
function sum(a: number | null | undefined, b: number | null | undefined): string {
  return a == null && b == null ? '–' : whole((a ?? 0) + (b ?? 0));
}
