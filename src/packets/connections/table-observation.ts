import type { Observation } from '../../model/window.ts';

/**
 * An observation with its connection and addresses as numbers, the latter as in `Connection.words`. Text of addresses is
 * empty where nobody wants it.
 */
export interface TableObservation extends Observation {
  connection: number;
  family: number;
  words: Int32Array;
  addresses: number;
}
