import type { Setting } from '@magnum-ts/core';

/*
 * What oslo.config and oslo.log give every program of upstream on its command line. Unit files and scripts pass these; each is an
 * option of `[DEFAULT]`, and is obeyed or named as without effect as the option is.
 */

interface CommonOption {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** The option of `[DEFAULT]` and the value that a flag stands for. */
  readonly sets: string;
  readonly value?: string;
}

const flag = (sets: string, value: string, short?: string): CommonOption => ({
  type: 'boolean',
  sets,
  value,
  ...(short === undefined ? {} : { short }),
});
const text = (sets: string): CommonOption => ({ type: 'string', sets });

export const COMMON_OPTIONS: Readonly<Record<string, CommonOption>> = {
  debug: flag('debug', 'true', 'd'),
  nodebug: flag('debug', 'false'),
  verbose: flag('verbose', 'true', 'v'),
  noverbose: flag('verbose', 'false'),
  'log-file': text('log_file'),
  logfile: text('log_file'),
  'log-dir': text('log_dir'),
  logdir: text('log_dir'),
  'log-config-append': text('log_config_append'),
  'log-config': text('log_config_append'),
  'log-date-format': text('log_date_format'),
  'syslog-log-facility': text('syslog_log_facility'),
  'config-source': text('config_source'),
  'use-syslog': flag('use_syslog', 'true'),
  'nouse-syslog': flag('use_syslog', 'false'),
  'use-journal': flag('use_journal', 'true'),
  'nouse-journal': flag('use_journal', 'false'),
  'use-json': flag('use_json', 'true'),
  'nouse-json': flag('use_json', 'false'),
  'watch-log-file': flag('watch_log_file', 'true'),
  'nowatch-log-file': flag('watch_log_file', 'false'),
};

export const COMMON_USAGE = `
  --config-file FILE    configuration, several times; later ones win. Else /etc/magnum/magnum.conf
  --config-dir DIR      all *.conf in it, in the order of their names
  --debug, --nodebug    log at level debug, or not
  --log-file FILE       write the log there; --log-dir DIR: into this folder
  --version, --help`;

/** Settings of the command line, in the order of the table. */
export function settingsOf(values: Readonly<Record<string, unknown>>): readonly Setting[] {
  return Object.entries(COMMON_OPTIONS).flatMap(([name, { sets, value }]) => {
    const given = values[name];
    const meant = given === true ? value : given;
    return typeof meant === 'string' ? [{ section: 'DEFAULT', name: sets, value: meant, origin: `option --${name}` }] : [];
  });
}

/** oslo.config takes `--log_file` for `--log-file`. */
export function withHyphens(words: readonly string[]): readonly string[] {
  return words.map((word) => word.replace(/^--[a-z_]+(?=$|=)/, (name) => name.replaceAll('_', '-')));
}
