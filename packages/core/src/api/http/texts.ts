/** `end` is called when the texts are over, have failed, or are not wanted any more, also where the first one was never read. */
export function callOnEnd(texts: AsyncIterable<string>, end: () => void): AsyncIterable<string> {
  const iterator = texts[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<string, unknown>> => {
    try {
      const result = await iterator.next();
      if (result.done) end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
  const leave = async (): Promise<IteratorResult<string, unknown>> => {
    end();
    return (await iterator.return?.()) ?? { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}
