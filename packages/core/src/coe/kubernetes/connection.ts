import type { CoreV1Api } from '@kubernetes/client-node';

/** The client library is loaded when it is first needed: it takes a second of processor time. */
export type Connection = () => Promise<CoreV1Api>;
