import type { OrgContext } from '../../context.js'
import { refuse } from '../../policy/decision.js'
import { enforce } from '../../refusals.js'
import { refuseChange } from '../../standing.js'
import { currentSpan } from '../../telemetry/tracing.js'
import { creditsNotTransferable, notDone } from './errors.js'
import type { Ledger } from './ledger.js'
import { creditsOf } from './rules.js'
import type { TransferOutcome, TransferRequest } from './transfer-request.js'

interface Wanted {
  readonly requests: readonly TransferRequest[]
  /** Everything, or nothing. */
  readonly isWhole: boolean
}

/** What members do with the credits of their team; everything else is the host's. */
const OF_MEMBERS: ReadonlySet<string> = new Set(['allocate', 'reclaim', 'move'])
/** What ends what was begun: also where the subscription has ended meanwhile. */
const ENDINGS: ReadonlySet<string> = new Set(['refund', 'capture', 'release'])

/**
 * Moves credits, each transfer with its own outcome, by the engine: nothing here waits for commands on
 * members. Under the organization's policy as it was when the request was let in.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable (OP-86), organization_canceled,
 * not_permitted, ledger_busy
 */
export async function createTransfers(
  ledger: Ledger,
  ctx: OrgContext,
  { requests, isWhole }: Wanted
): Promise<TransferOutcome[]> {
  const { policy, standing } = ctx
  creditsOf(policy.policy)
  const isEnding = requests.every(({ kind }) => ENDINGS.has(kind))
  const canceled = isEnding ? undefined : refuseChange(standing.status, policy.policy)
  if (canceled) throw canceled
  enforceKinds(ctx, requests)
  if (!policy.policy.credits.transferable && requests.some(({ kind }) => kind === 'move')) {
    throw creditsNotTransferable()
  }
  const outcomes = await ledger.transfer({ ctx, requests, isWhole, span: currentSpan() })
  const isRefused = isWhole && outcomes.some(({ status }) => status === 'refused')
  return isRefused ? outcomes.map(undone) : outcomes
}

/** The route has asked whether the acting member may hand out credits at all. */
function enforceKinds({ actor }: OrgContext, requests: readonly TransferRequest[]): void {
  if (actor.type !== 'member') return
  const other = requests.find(({ kind }) => !OF_MEMBERS.has(kind))
  if (other) enforce(refuse('not_permitted', `${other.kind} is done by the host itself`))
}

const undone = (outcome: TransferOutcome): TransferOutcome =>
  outcome.status === 'created' ? { status: 'refused', problem: notDone() } : outcome
