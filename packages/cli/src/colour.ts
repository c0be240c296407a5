const [RED, GREEN, YELLOW] = [31, 32, 33];
/** Statuses of bays, node groups, nodes, containers, services and quotas' health, in the order in which they are examined. */
const COLOURS = [
  [/(^|_)(FAILED|UNHEALTHY|ERROR)$|^(Error|Failed|failed|NotReady|down|Dead|Exited)$/, RED],
  [/_IN_PROGRESS$|^(warning|unknown|UNKNOWN|Unknown|PENDING|Pending|Paused|Stopped|Draining|draining)$/, YELLOW],
  [/_COMPLETE$|^(ok|HEALTHY|ACTIVE|Running|Ready|ready|up)$/, GREEN],
] as const;

const STATUS_COLUMNS = ['status', 'health_status', 'state', 'verdict'];

export function isStatusColumn(name: string): boolean {
  return STATUS_COLUMNS.includes(name);
}

/** The text in the colour of the status; `text` may be padded. */
export function colourByStatus(status: string, text: string): string {
  const colour = COLOURS.find(([pattern]) => pattern.test(status))?.[1];
  return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[0m`;
}

/** True when a stream may have colours; `NO_COLOR` and `FORCE_COLOR` take precedence over what it is. */
export function mayColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced) return forced !== '0' && forced !== 'false';
  return isTerminal && !env['CI'] && env['TERM'] !== 'dumb';
}
