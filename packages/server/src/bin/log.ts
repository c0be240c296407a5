import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { adjustableLogger, fileOutput, gatheredOutput, promptOutput, type Config, type Logger } from '@magnum-ts/core';
import { end } from './arguments.js';

/** The log of a program, and what of it can be changed while it runs. */
export interface ProgramLog {
  readonly logger: Logger;
  /** Takes the level of the configuration over, and opens the file again: after a rotation it has another name. */
  renew(config: Config): void;
}

/** `log_file`, `log_dir`, or standard output. A file that cannot be written ends the program with status 2. */
export function openLog(config: Config, program: string): ProgramLog {
  const file = logFile(config, program);
  if (file !== undefined) requireWritable(file);
  // Who asks for every line wants the last ones, too, of a process that was killed.
  const prompt = config.sections.DEFAULT.debug;
  const opened = file === undefined ? undefined : fileOutput(file, prompt);
  const { logger, setLevel } = adjustableLogger(levelOf(config), opened?.output ?? (prompt ? promptOutput() : gatheredOutput()));
  return {
    logger,
    renew: (next) => {
      setLevel(levelOf(next));
      try {
        opened?.reopen();
      } catch (error) {
        logger.error('log file not opened again: the former one stays', { error });
      }
    },
  };
}

function levelOf(config: Config): string {
  return config.sections.DEFAULT.debug ? 'debug' : 'info';
}

/** A `log_file` without a path lies in `log_dir`; without `log_file` it is named as the program. */
export function logFile(config: Config, program: string): string | undefined {
  const [file, folder] = [config.sections.DEFAULT.log_file, config.sections.DEFAULT.log_dir];
  if (folder === null) return file ?? undefined;
  const name = file ?? `${program}.log`;
  return isAbsolute(name) ? name : join(folder, name);
}

function requireWritable(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, 'a', 0o640));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown'; // what fs throws
    end(`[DEFAULT] log_file, log_dir: ${file} cannot be written (${why}).`, 2);
  }
}
