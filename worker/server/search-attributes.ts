import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { LongshoreError } from '../../model/error.ts';
import { SEARCH_ATTRIBUTES } from '../../model/names.ts';

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;
const INT = 3;
const KEYWORD_LIST = 7;
/** gRPC status codes. */
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const TYPES: Readonly<Record<string, number>> = {
  [SEARCH_ATTRIBUTES.jobState]: KEYWORD,
  [SEARCH_ATTRIBUTES.pool]: KEYWORD,
  [SEARCH_ATTRIBUTES.project]: KEYWORD,
  [SEARCH_ATTRIBUTES.owner]: KEYWORD,
  [SEARCH_ATTRIBUTES.host]: KEYWORD_LIST,
  [SEARCH_ATTRIBUTES.exitCode]: INT,
};

/** Makes the search attributes jobs carry, where they are missing. Without them no job could be started. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(TYPES).filter(([name]) => customAttributes[name] === undefined);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  } catch (cause) {
    const code: number | null = isGrpcServiceError(cause) ? cause.code : null;
    if (code === ALREADY_EXISTS) return;
    if (code !== PERMISSION_DENIED) throw cause;
    const commands = missing.map(
      ([name, type]) =>
        `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${typeName(type)}`,
    );
    throw new LongshoreError(
      'search_attributes_missing',
      `Temporal's namespace ${namespace} lacks the search attributes ${missing.map(([name]) => name).join(', ')}, and ` +
        `this service may not create them. Have an administrator run:\n  ${commands.join('\n  ')}`,
      { cause },
    );
  }
}

function typeName(type: number): string {
  if (type === INT) return 'Int';
  return type === KEYWORD_LIST ? 'KeywordList' : 'Keyword';
}
