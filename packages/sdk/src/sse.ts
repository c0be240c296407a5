/** One message of a stream of server-sent events. */
export interface Message {
  readonly event: string | undefined;
  readonly data: string;
}

/**
 * Reads messages from text that arrives in pieces (WHATWG HTML, 9.2.6, without `id` and `retry`, as events have ids of their own). A message that
 * the end of the stream cuts off is dropped.
 */
export class MessageParser {
  #rest = '';
  #event: string | undefined;
  #data: string[] = [];

  /** The messages that the piece completes. */
  push(piece: string): readonly Message[] {
    // A carriage return at the end may be the first half of a line end.
    const text = this.#rest + piece;
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + text.slice(end);
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): readonly Message[] {
    if (line !== '') {
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') this.#event = value;
      if (field === 'data') this.#data.push(value);
      return [];
    }
    const message = { event: this.#event, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = undefined;
    this.#data = [];
    return isEmpty ? [] : [message];
  }
}
