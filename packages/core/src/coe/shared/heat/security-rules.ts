import type { JsonObject } from '../../../domain/json.js';

export type Protocol = 'tcp' | 'udp';

/** Traffic to a port (`22`) or a range of ports (`80-90`), from every address. */
export function toPorts(ports: string, protocol: Protocol = 'tcp'): JsonObject {
  const [from = '', to = from] = ports.split('-').map((port) => port.trim());
  return { protocol, port_range_min: Number(from), port_range_max: Number(to) };
}

/** The same from one range of addresses alone. */
export function fromRange(range: string, rule: JsonObject): JsonObject {
  return { ...rule, remote_ip_prefix: range };
}

/** The same from the members of the security group alone that has the rule. */
export function fromMembers(rule: JsonObject): JsonObject {
  return { ...rule, remote_mode: 'remote_group_id' };
}

/** The same from some ranges, or from everywhere where there are none. */
export function fromRanges(ranges: readonly string[], rule: JsonObject): readonly JsonObject[] {
  return ranges.length > 0 ? ranges.map((range) => fromRange(range, rule)) : [rule];
}
