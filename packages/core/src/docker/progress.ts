import { parseJson } from './request.js';

const LONGEST_LINE = 64 * 1024;

/**
 * Reads what an engine says about a long operation to its end, a line of JSON for each step, and keeps nothing of it; `onText` gets
 * the texts that a builder writes. Rejects with the error that the engine reports in a line.
 */
export async function finishProgress(
  progress: AsyncIterable<Uint8Array | string>,
  onText: (text: string) => void = () => undefined,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of progress) {
    const text = typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    rest += text;
    if (text.includes('\n')) {
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) readStep(line, onText);
    }
    if (rest.length > LONGEST_LINE) throw new Error('a line of its progress is too long');
  }
  readStep(rest, onText);
}

function readStep(line: string, onText: (text: string) => void): void {
  const step = line.trim() === '' ? undefined : parseJson(line);
  if (typeof step !== 'object' || step === null) return;
  const error = 'error' in step ? step.error : undefined;
  if (error !== undefined) throw new Error(typeof error === 'string' ? error : JSON.stringify(error));
  if ('stream' in step && typeof step.stream === 'string') onText(step.stream);
}
