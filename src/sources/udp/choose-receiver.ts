import { DgramReceiver } from './dgram-receiver.ts';
import { loadLibc } from './libc.ts';
import type { Receiver, ReceiverOptions } from './receiver.ts';
import { RecvmmsgReceiver } from './recvmmsg-receiver.ts';

/** `recvmmsg`: many datagrams a system call, on Linux with koffi. `dgram`: Node's sockets. `auto`: the first if it can be had. */
export type ReceiverMode = 'auto' | 'recvmmsg' | 'dgram';

export interface ChosenReceiver {
  readonly receiver: Receiver;
  /** Why the faster way was not taken, when `auto` could not. */
  readonly because?: string;
}

/**
 * Chooses how to receive; nothing is opened yet.
 * @throws Error when `recvmmsg` was asked for and cannot be had; RangeError for what is no network.
 */
export async function chooseReceiver(mode: ReceiverMode, options: ReceiverOptions): Promise<ChosenReceiver> {
  if (mode === 'dgram') return { receiver: new DgramReceiver(options) };
  try {
    const libc = await loadLibc();
    return { receiver: new RecvmmsgReceiver(libc, options) };
  } catch (error) {
    if (mode === 'recvmmsg' || error instanceof RangeError) throw error;
    const because = error instanceof Error ? error.message : String(error);
    return { receiver: new DgramReceiver(options), because };
  }
}
