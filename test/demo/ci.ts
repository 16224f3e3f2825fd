import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../app/version.ts'
import type { WorkflowResult } from '../github/actions/actions.ts'
import { type Stage, workflowRef } from './stage.ts'

/** Atomic's Action on a runner: a checkout, the project's dependencies, and the bundle that users run. */
export function runAction(stage: Stage, inputs: Record<string, string> = {}): Promise<WorkflowResult> {
  const { project } = stage
  const bundle = fileURLToPath(new URL('action/dist/main.js', packageRoot()))
  // In a user's workflow this line is `npm ci`; here what is installed already serves.
  const install = project.nodeModules === undefined ? '' : 'ln -s "$DEMO_NODE_MODULES" node_modules\n'
  return stage.github.actions.runWorkflow({
    repo: project.name,
    pullRequest: 1,
    jobWorkflowRef: workflowRef,
    inputs: {
      mode: 'verify',
      'app-url': stage.app.url,
      'github-token': '${{ github.token }}',
      'upload-artifact': 'false',
      ...(project.test === undefined ? {} : { 'test-command': project.test }),
      ...inputs,
    },
    env: {
      DEMO_NODE_MODULES: project.nodeModules ?? '',
      DEMO_NODE: process.execPath,
      DEMO_ACTION: bundle,
    },
    command: `${install}"$DEMO_NODE" "$DEMO_ACTION"`,
    timeoutMs: 300_000,
  })
}
