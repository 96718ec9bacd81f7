import { bytes, plural } from '../../format/number.ts';
import { PageLink } from '../../frame/links.tsx';
import { eventsOfAddress } from './event-links.ts';
import { Section } from './section.tsx';
import type { Talker, TrafficWindow } from './types.ts';

/** Who sent and who received most in a window, with the way to their events in that time. */
export function Talkers({ window }: { window: TrafficWindow }) {
  return (
    <>
      <TalkerTable title="Top senders" window={window} talkers={window.bandwidth.top_src_bytes} />
      <TalkerTable title="Top receivers" window={window} talkers={window.bandwidth.top_dst_bytes} />
    </>
  );
}

interface TalkerTableProps {
  title: string;
  window: TrafficWindow;
  talkers: readonly Talker[];
}

function TalkerTable({ title, window, talkers }: TalkerTableProps) {
  if (talkers.length === 0) return null;
  return (
    <Section title={title}>
      <div className="table-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col" className="number">
                Bytes
              </th>
              <th scope="col">
                <span className="visually-hidden">Events</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {talkers.map((talker) => (
              <tr key={talker.address}>
                <th scope="row" className="talker">
                  <PageLink to="/lookup" patch={{ find: talker.address }} className="link mono">
                    {talker.address}
                  </PageLink>
                </th>
                <td className="number" title={plural(talker.packets, 'packet')}>
                  {bytes(talker.bytes)}
                </td>
                <td>
                  <PageLink to="/events" patch={eventsOfAddress(window, talker.address)} className="link">
                    Events
                  </PageLink>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
