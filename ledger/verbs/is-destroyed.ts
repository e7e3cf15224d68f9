import type { Epoch, HostName, JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { placementFate } from './placement-fate.ts';

export async function isDestroyed(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName },
): Promise<boolean> {
  return (await placementFate(ctx, input)) === 'destroyed';
}
