import type { VerbContext } from '../verbs/context.ts';
import { toFailure, type Answer, type Call } from './protocol.ts';

/** Takes any verb: its caller on the main thread was checked against the verb's own type. */
type Verb = (context: VerbContext, input: never) => Promise<unknown>;

export async function runVerb(
  verbs: Readonly<Record<string, Verb>>,
  context: VerbContext,
  call: Call,
): Promise<Answer> {
  try {
    const verb = verbs[call.verb];
    if (verb === undefined) throw new Error(`no such verb: ${call.verb}`);
    return { id: call.id, ok: true, value: await verb(context, call.input as never) };
  } catch (error) {
    return { id: call.id, ok: false, failure: toFailure(error) };
  }
}
