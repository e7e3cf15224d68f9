/** Everything the workflow bundle holds. The names exported here are the workflow types people see in the Web UI. */
export { clearStray } from './clear-stray.ts';
export { closeJob } from './close-job.ts';
export { dispatcher } from './dispatcher.ts';
export { forgetJob } from './forget-job.ts';
export { host } from './host.ts';
export { job } from './job.ts';
export { scheduledRun } from './scheduled-run.ts';
