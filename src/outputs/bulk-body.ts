import { ReadyText } from './encode/ready-text.ts';
import type { TextSink } from './encode/text-sink.ts';

const LINE_FEED = 0x0a;
const BEFORE_ID = new ReadyText('{"create":{"_id":"');
const AFTER_ID = new ReadyText('"}}\n');

/** Documents that are sent in one request. */
export interface BulkRequest {
  /** Place of the first of them in what was given to `send`. */
  readonly from: number;
  readonly count: number;
  /** NDJSON: each line ends with a line feed, the last one too. Valid as long as the sink is not written to. */
  readonly body: Uint8Array;
  /** What was written for the document at this place of the request. */
  readonly original: (at: number) => string;
}

/**
 * The action `create`, the only one that data streams take, with an id of ours (www.elastic.co, "Bulk API"), and a
 * document for each event. The ids of stored events are digits, that of a test `test-` and a UUID: nothing in them is
 * to be escaped.
 */
export class BulkBody {
  readonly #sink: TextSink;
  /** Where the action and where the document of each event begin, and where the last one ends. */
  readonly #actions: number[] = [0];
  readonly #documents: number[] = [];

  /** @param sink empty, and not written to by anybody else. */
  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** @param document appends it, in one line. */
  add(id: string, document: (sink: TextSink) => void): void {
    const sink = this.#sink;
    sink.ready(BEFORE_ID);
    sink.text(id);
    sink.ready(AFTER_ID);
    this.#documents.push(sink.length);
    document(sink);
    sink.byte(LINE_FEED);
    this.#actions.push(sink.length);
  }

  /** As many documents a request as its bytes allow, one at least, in their order. */
  *requests(bytes: number): Iterable<BulkRequest> {
    const actions = this.#actions;
    for (let from = 0; from < this.#documents.length; ) {
      let to = from + 1;
      while (to < this.#documents.length && actions[to + 1] - actions[from] <= bytes) to++;
      yield this.#request(from, to);
      from = to;
    }
  }

  #request(from: number, to: number): BulkRequest {
    const [actions, documents, sink] = [this.#actions, this.#documents, this.#sink];
    return {
      from,
      count: to - from,
      body: sink.view(actions[from], actions[to]),
      original: (at) => sink.toString(documents[from + at], actions[from + at + 1] - 1),
    };
  }
}
