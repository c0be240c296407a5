import type { LongWork } from '../../concurrency/long-work.js';
import type { HttpRequest } from './request.js';

/** Bodies from here on take milliseconds to read and to check, and many of them can arrive at once. */
export const LONG_BODY = 65_536;

/** Long bodies stay on their connections, unread, while a few others of the project are held in memory. */
export function admitBody<T>(longWork: LongWork, request: HttpRequest, project: string, work: () => Promise<T>): Promise<T> {
  const isLong = Number(request.header('content-length') ?? 0) >= LONG_BODY || request.header('transfer-encoding') !== null;
  if (!isLong) return work();
  return longWork.admit({ group: `bodies of ${project}`, signal: request.signal }, work);
}
