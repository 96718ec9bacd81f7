import type { CollectorView } from '../model/exporter-view.ts';
import type { ThreadState } from './flow-messages.ts';

/** The sockets as the API shows them; none when nothing is received. */
export function collectorView(thread: ThreadState | undefined): CollectorView {
  return {
    listeners: (thread?.listeners ?? []).map(({ info, stats }) => ({
      address: info.listen,
      error: info.error ?? null,
      asked_buffer: info.receiveBuffer.asked,
      granted_buffer: info.receiveBuffer.granted,
      buffer_complete: info.receiveBuffer.complete,
      datagrams: stats.datagrams,
      bytes: stats.bytes,
      kernel_drops: stats.kernelDrops ?? null,
      refused: stats.refused,
      limited: stats.limited,
      queue_drops: stats.overflowed,
    })),
  };
}
