import type { Config } from './config.js'
import { openDeployment } from './deployment.js'
import { StartupError } from './errors.js'
import { type Checked, type Head, verifyLog } from './features/events/verify-log.js'
import { DEPLOYMENT_ID, idPattern } from './ids.js'

interface VerifyOptions {
  readonly organization: string | undefined
  readonly head: string | undefined
}

const HEAD = /^([1-9]\d{0,14}):([0-9a-f]{64})$/

/**
 * Holds the log against its seals and prints what is not as it was sealed. With a finding the process
 * is to end with 1.
 *
 * @throws StartupError where the options name nothing
 */
export async function verifyAudit(config: Config, options: VerifyOptions): Promise<void> {
  const wanted = readOptions(options)
  const deployment = await openDeployment(config, 'visit')
  try {
    const total = { organizations: 0, seals: 0, events: 0, unsealed: 0, findings: 0 }
    let last: Checked | undefined
    for await (const part of verifyLog(deployment.deps, wanted)) {
      if (part.organizationId !== last?.organizationId) total.organizations += 1
      total.seals += part.seals
      total.events += part.events
      total.unsealed += part.unsealed
      total.findings += part.findings.length
      process.stdout.write(toLines(part))
      last = part
    }
    const { organizations, seals, events, unsealed, findings } = total
    process.stdout.write(
      `${organizations} organizations, ${seals} seals, ${events} events, ${unsealed} not sealed yet.\n`
    )
    if (wanted.organizationId !== undefined && last?.head) {
      process.stdout.write(`Head: ${last.head.number}:${last.head.hash}\n`)
    }
    process.stdout.write(
      findings === 0 ? 'The log is as it was sealed.\n' : `${findings} findings.\n`
    )
    if (findings > 0) process.exitCode = 1
  } finally {
    await deployment.close()
  }
}

function readOptions({ organization, head }: VerifyOptions): {
  readonly organizationId?: string
  readonly head?: Head
} {
  if (organization === undefined) {
    if (head === undefined) return {}
    throw new StartupError('audit verify --head needs --organization: whose head is it?')
  }
  if (!new RegExp(idPattern('org')).test(organization)) {
    throw new StartupError(`audit verify --organization takes an id (org_…), not ${organization}`)
  }
  if (head === undefined) return { organizationId: organization }
  const [, number, hash] = HEAD.exec(head) ?? []
  if (hash === undefined) {
    throw new StartupError('audit verify --head takes NUMBER:HASH, as it was printed')
  }
  return { organizationId: organization, head: { number: Number(number), hash } }
}

function toLines({ organizationId, findings, notes }: Checked): string {
  const whose = organizationId === DEPLOYMENT_ID ? 'deployment' : organizationId
  const lines = [
    ...findings.map(({ what, detail }) => `${whose} ${what}: ${detail}`),
    ...notes.map((note) => `${whose} note: ${note}`)
  ]
  return lines.map((line) => `${line}\n`).join('')
}
