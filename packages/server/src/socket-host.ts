/** A host as a socket takes it: an IPv6 address without the brackets that URLs need; undefined for `*`, which is every address. */
export function socketHost(host: string): string | undefined {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === '*' || bare === '' ? undefined : bare;
}

/** Whether a host stands for every address of this machine: it can be listened on, and no client can connect to it. */
export function isEveryAddress(host: string): boolean {
  return [undefined, '0.0.0.0', '::'].includes(socketHost(host));
}
