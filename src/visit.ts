import type { Config } from './config.js'
import type { OperatorContext } from './context.js'
import { type Deployment, openDeployment } from './deployment.js'
import { systemContext } from './features/api-keys/ensure-first-api-key.js'

/** Opens the deployment for one command, beside a running Muster or without one. */
export async function visit(
  config: Config,
  work: (deployment: Deployment) => Promise<void>
): Promise<void> {
  const deployment = await openDeployment({ ...config, logLevel: 'warn' }, 'visit')
  try {
    await work(deployment)
  } finally {
    await deployment.close()
  }
}

/** Whoever may run commands on the machine may do everything. */
export function operatorContext(deps: Deployment['deps']): OperatorContext {
  return { ...systemContext(deps), scopes: ['*'], organizationIds: null, expiresAt: null }
}

export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}
