import type { CoreV1Api } from '@kubernetes/client-node';
import type { Bounds } from '../../../http/bounded-http.js';

/** A client for bounded calls. The library is loaded when it is first needed: it takes a second of processor time. */
export type Connection = (bounds: Bounds) => Promise<CoreV1Api>;
