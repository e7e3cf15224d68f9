import { LongshoreError } from '../../model/error.ts';

/** What may be shown of a server's URL: everything but its password and its parameters. */
export function withoutSecrets(url: string): string {
  const parsed = parse(url);
  return `${parsed.protocol}//${parsed.username === '' ? '' : `${parsed.username}@`}${parsed.host}${parsed.pathname}`;
}

/** Throws LongshoreError('bad_config'), without the text: whatever it is, it may hold a password. */
function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && (parsed.protocol === 'postgres:' || parsed.protocol === 'postgresql:')) return parsed;
  throw new LongshoreError(
    'bad_config',
    'ledger.url is not of the form postgres://user:password@host:5432/database (a socket: postgres://user@localhost/database?host=/run/postgresql).',
  );
}
