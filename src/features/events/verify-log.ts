import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'
import { DEPLOYMENT_ID, idToUuid, uuidToId } from '../../ids.js'
import { type ChainCheck, createChainCheck } from './check-chain.js'
import type { Finding } from './finding.js'
import { type LogPage, readLogPage } from './read-log-page.js'
import type { Seal } from './seal-chain.js'
import { toInstantText } from './seal-digest.js'

/** A part of an organization's log, as it was found. */
export interface Checked {
  readonly organizationId: string
  readonly seals: number
  readonly events: number
  /** Events that no seal covers yet. */
  readonly unsealed: number
  readonly findings: readonly Finding[]
  /** What is no proof of anything. */
  readonly notes: readonly string[]
  /** The newest seal, once this is the organization's last part and it has one. */
  readonly head: Head | null
}

/** A seal, to be noted outside of the database. */
export interface Head {
  readonly number: number
  /** In hexadecimal digits. */
  readonly hash: string
}

interface Verification {
  /** Left out: every organization, and the deployment itself. */
  readonly organizationId?: string
  /** A seal of the organization that was noted: it must still be there as it was. */
  readonly head?: Head
}

const ORGANIZATIONS_MAX = 100

const NEXT_ORGANIZATIONS: Statement = {
  name: 'organizations_with_logs',
  text: `select id::text from organizations where id > $1 and status <> 'deleted'
    order by id limit $2`
}
/** How far the log is sealed, and how far it was, as the organization's own seals say. */
const REACH: Statement = {
  name: 'reach_of_seals',
  text: `select sealing.position::float as position, coalesce((
      select max(s.last_position) from event_seals s where s.organization_id = $1), 0)::float as reach,
      (select count(*) from events e where e.organization_id = $1
        and e.position > sealing.position)::int as unsealed
    from event_sealing sealing`
}
const NOTED: Statement = {
  name: 'noted_seal',
  text: `select encode(s.hash, 'hex') as hash, coalesce((
      select min(f.number) from event_seals f where f.organization_id = asked.id), 1)::int as first
    from (select $1::uuid as id) asked
    left join event_seals s on s.organization_id = asked.id and s.number = $2`
}

/**
 * Holds the log against its seals, page by page, and tells of each part what is not as it was sealed:
 * changed, missing and added events, and seals that are no more what they were. Reads only; what is
 * added meanwhile is not looked at. That the newest seals were cut off together with their events can
 * be seen against a noted head alone.
 */
export async function* verifyLog(
  deps: Deps,
  { organizationId, head }: Verification = {}
): AsyncGenerator<Checked> {
  if (organizationId !== undefined) {
    yield* verifyOrganization(deps, idToUuid('org', organizationId), head)
    return
  }
  for (let next = [idToUuid('org', DEPLOYMENT_ID)]; ; ) {
    for (const id of next) yield* verifyOrganization(deps, id)
    const after = next.at(-1)
    if (after === undefined) return
    const found = await deps.db.run<{ id: string }>(NEXT_ORGANIZATIONS, [after, ORGANIZATIONS_MAX])
    next = found.map(({ id }) => id)
  }
}

async function* verifyOrganization(deps: Deps, id: string, noted?: Head): AsyncGenerator<Checked> {
  const organizationId = uuidToId('org', id)
  const now = toInstantText(deps.now())
  const chain = createChainCheck(deps.signer, now)
  const { bound, unsealed, findings } = await findReach(deps, id)
  const first = await findNoted(deps, id, noted)
  yield {
    ...{ organizationId, unsealed, seals: 0, events: 0, head: null },
    findings: [...findings, ...first.findings],
    notes: first.notes
  }
  // Also what somebody has put before every position that is drawn.
  let after: LogPage['end'] = { number: 0, position: Number.MIN_SAFE_INTEGER }
  for (let isLast = false; !isLast; ) {
    const page = await readLogPage(deps, id, { after, bound })
    const newest = page.seals.at(-1)
    ;({ isLast, end: after } = page)
    yield {
      ...{ organizationId, unsealed: 0, seals: page.seals.length, events: page.events },
      ...judge(chain, page),
      head: isLast && newest ? headOf(newest) : null
    }
  }
}

function judge(chain: ChainCheck, { seals, first, findings, isLast }: LogPage) {
  const ofChain = seals.flatMap((seal) => chain.add(seal, seal.number === first))
  const end = isLast ? chain.end() : { findings: [], notes: [] }
  return { findings: [...ofChain, ...findings, ...end.findings], notes: end.notes }
}

const headOf = ({ number, hash }: Seal): Head => ({ number, hash: hash.toString('hex') })

async function findReach({ db }: Deps, id: string) {
  const [row] = await db.run<{ position: number; reach: number; unsealed: number }>(REACH, [id])
  if (!row) throw new Error('there is always one row that says how far the log is sealed')
  const { position, reach, unsealed } = row
  const detail = `the log was sealed up to ${reach}, and is said to be up to ${position}`
  const findings: Finding[] = reach > position ? [{ what: 'seal', detail }] : []
  return { bound: Math.max(position, reach), unsealed, findings }
}

async function findNoted(
  { db }: Deps,
  id: string,
  noted: Head | undefined
): Promise<Pick<Checked, 'findings' | 'notes'>> {
  if (!noted) return { findings: [], notes: [] }
  const { number, hash } = noted
  const [row] = await db.run<{ hash: string | null; first: number }>(NOTED, [id, number])
  if (row?.hash === hash) return { findings: [], notes: [] }
  if (row?.hash == null && row !== undefined && number < row.first) {
    return { findings: [], notes: [`seal ${number} is past its retention and cannot be compared`] }
  }
  const detail = row?.hash == null ? `seal ${number} is not there` : `seal ${number} is another`
  return { findings: [{ what: 'head', detail }], notes: [] }
}
