import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, refused } from '../parsed.ts';
import { parseFlag } from '../scalars.ts';
import type { Keyword } from './option.ts';
import { fixedRule } from './rules.ts';

/** A container is removed when its log, its artifacts and its exit code are kept, whatever was asked for. */
export const autoRemove: Keyword = (field, value) => {
  const flag = parseFlag(field, value);
  return flag.kind === 'refused' ? flag : ok([]);
};

export const restartPolicy: Keyword = (field, value) => {
  if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
  const name = value['Name'];
  return name === undefined || name === null || name === '' || name === 'no'
    ? ok([])
    : fixedRule(field, {
        rule: 'own_restarts',
        because: 'only Longshore starts a job again, on any host, and keeps a record of each attempt',
        wayOut: 'give the submission a retry, like {"max_attempts": 3}',
      });
};

export const logConfig: Keyword = (field) =>
  fixedRule(field, {
    rule: 'own_log_driver',
    because: 'Longshore reads every log through a driver of its own choice and keeps it',
    wayOut: 'leave it out and ask Longshore for the log',
  });

/** The log of a container with a terminal has no records: nothing of it could be told apart or read on from. */
export const tty: Keyword = (field, value) => {
  const flag = parseFlag(field, value);
  if (flag.kind === 'refused' || !flag.value) return flag.kind === 'refused' ? flag : ok([]);
  return fixedRule(field, {
    rule: 'no_terminal',
    because: 'a job is watched by nobody, and the log of a terminal does not tell stdout from stderr',
    wayOut: 'leave it out; a program that buffers without a terminal has a switch for that, like PYTHONUNBUFFERED=1',
  });
};

export const lxcConf: Keyword = (field) =>
  fixedRule(field, { rule: 'no_lxc', because: 'no engine runs containers by LXC any more', wayOut: 'leave it out' });

/** In docker-py's own words. */
export const initPath: Keyword = (field) => refused(`${field} param is not supported in API versions > 1.29`);
