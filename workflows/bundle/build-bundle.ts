import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Built once with the project: a process then starts in a second instead of running webpack first. */
const workflowsPath = fileURLToPath(new URL('../index.js', import.meta.url));
const target = new URL('../../workflow-bundle.js', import.meta.url);
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
await writeFile(target, code);
