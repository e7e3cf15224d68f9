import { jobWorkflowId, SEARCH_ATTRIBUTES } from '../model/names.ts';
import type { JobInput } from '../model/workflow-messages.ts';

/** Signals and first tasks of short jobs must not wait out the default of 10 s behind a dead server process. */
export const WORKFLOW_TASK_TIMEOUT = '5s';

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** How a job's workflow is started, whoever does. The uid in its memo tells whose run an id stands for today. */
export const jobStart = (input: JobInput) => {
  const role = input.roles[0];
  return {
    workflowId: jobWorkflowId(input.jobId),
    memo: { uid: input.uid },
    /** Of type keyword. */
    attributes: {
      [SEARCH_ATTRIBUTES.jobState]: 'queued',
      [SEARCH_ATTRIBUTES.pool]: input.pool,
      [SEARCH_ATTRIBUTES.project]: input.project,
      [SEARCH_ATTRIBUTES.owner]: input.owner,
    },
    summary: cut(`${input.jobId}: ${role?.image ?? ''} ${role?.command ?? ''}`.trimEnd(), 200),
    details: `job **${input.jobId}** of ${input.owner} in project ${input.project}, uid \`${input.uid}\``,
  };
};
