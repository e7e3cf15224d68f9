import type { Digest } from '../model/ids.ts';
import type { ContainerSpec } from '../model/job-spec.ts';
import type { JobInput } from '../model/workflow-messages.ts';
import type { AdmitInput } from './ledger.ts';

const COMMAND_CHARACTERS = 200;

/** What a job's workflow is started with: references, and what people should see; never the environment. */
export function toJobInput(
  input: Omit<AdmitInput, 'needsBundle' | 'maxQueued'>,
  digests: { readonly specDigest: Digest; readonly bundleDigest: Digest | null },
): JobInput {
  const { spec } = input;
  return {
    uid: input.uid,
    jobId: input.jobId,
    pool: input.pool,
    project: input.project,
    owner: input.owner,
    ...digests,
    roles: spec.roles.map((role) => ({
      name: role.name,
      replicas: role.replicas,
      image: role.container.image,
      command: commandForPeople(role.container),
      resources: role.container.resources,
    })),
    retry: spec.retry,
    stop: spec.stop,
    runTimeoutSec: spec.runTimeoutSec,
    firstAttempt: 1,
    storyVersion: 3,
  };
}

/** As a shell would show it. Cut between characters, with an ellipsis that says so. */
function commandForPeople(container: ContainerSpec): string {
  const words = [...(container.entrypoint ?? []), ...(container.command ?? [])];
  const characters = Array.from(words.map(quote).join(' '));
  if (characters.length <= COMMAND_CHARACTERS) return characters.join('');
  return `${characters.slice(0, COMMAND_CHARACTERS - 1).join('')}…`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
