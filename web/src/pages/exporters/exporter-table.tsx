import { share, short } from '../../format/number.ts';
import { Ago } from '../../widgets/when.tsx';
import { ConditionChips } from './conditions.tsx';
import { lossText, protocolName, rateText, samplingText, skewText } from './figures.ts';
import type { ExporterSummary } from './types.ts';

interface ExporterTableProps {
  items: readonly ExporterSummary[];
  /** Address of the one whose details are open. */
  open: string;
  onOpen: (address: string) => void;
}

const COLUMNS: readonly { title: string; number?: boolean; hint?: string }[] = [
  { title: 'Name' },
  { title: 'Address' },
  { title: 'Protocols' },
  { title: 'Flows/s', number: true, hint: 'Over the last minute' },
  { title: 'Lost', number: true, hint: 'Over the last five minutes, by sequence number' },
  { title: 'Templates', number: true },
  { title: 'Sampling', number: true },
  { title: 'Clock', hint: 'How far its clock is off' },
  { title: 'Last seen' },
  { title: 'Conditions' },
];

/** All exporters, one a row; the name opens the details. */
export function ExporterTable({ items, open, onOpen }: ExporterTableProps) {
  const total = items.reduce((sum, item) => sum + item.flows_per_second, 0);
  return (
    <div className="table-scroll">
      <table className="plain-table exporter-table">
        <caption className="visually-hidden">Exporters by name</caption>
        <thead>
          <tr>
            {COLUMNS.map(({ title, number, hint }) => (
              <th key={title} scope="col" className={number ? 'number' : undefined} title={hint}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.address} data-selected={item.address === open}>
              <th scope="row">
                <button
                  type="button"
                  className="link"
                  aria-expanded={item.address === open}
                  onClick={() => onOpen(item.address)}
                >
                  {item.name}
                </button>
              </th>
              <td className="mono">{item.address}</td>
              <td className="nowrap">{item.protocols.map(protocolName).join(', ')}</td>
              <td className="number" title={`${share(item.flows_per_second, total)} of all exporters`}>
                {rateText(item.flows_per_second)}
              </td>
              <td className="number" title={`${short(item.counts.lost)} since the start`}>
                {lossText(item.loss_percent)}
              </td>
              <td className="number">{item.templates}</td>
              <td className="number">{samplingText(item.sampling)}</td>
              <td className="nowrap">{skewText(item.clock_skew)}</td>
              <td className="nowrap">
                <Ago time={item.last_seen} />
              </td>
              <td>
                <ConditionChips conditions={item.conditions} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
