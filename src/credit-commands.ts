import type { Config } from './config.js'
import { openDeployment } from './deployment.js'
import { type Difference, findDifferences } from './features/credits/find-differences.js'

/**
 * Holds every credit balance against the history of transfers and prints what differs. With a
 * difference the process is to end with 1.
 */
export async function verifyCredits(config: Config): Promise<void> {
  const deployment = await openDeployment(config, 'visit')
  try {
    let count = 0
    for await (const differences of findDifferences(deployment.deps.db)) {
      count += differences.length
      process.stdout.write(differences.map(toLine).join(''))
    }
    process.stdout.write(
      count === 0 ? 'Every balance is what its transfers add up to.\n' : `${count} differ.\n`
    )
    if (count > 0) process.exitCode = 1
  } finally {
    await deployment.close()
  }
}

const toLine = ({ organizationId, memberId, account, balance, transfers }: Difference) =>
  `${organizationId} ${memberId ?? 'pool'} ${account}: ${balance}, by its transfers ${transfers}\n`
