import type { AddressGuard } from '../http/address-guard.js';

/** For tests whose engines are on this host. */
export const ANY_ADDRESS: AddressGuard = { requireAllowed: () => Promise.resolve() };
