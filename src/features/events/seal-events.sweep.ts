import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Database, Tx } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'
import { DEPLOYMENT_ID, idToUuid } from '../../ids.js'
import { defineSweep } from '../../jobs/job.js'
import { chainSeals, type LastSeal } from './chain-seals.js'
import { createHorizon, type Horizon } from './horizon.js'
import { EVENT_SOURCE } from './queries.js'
import type { Seal } from './seal-chain.js'
import { instantText, STORED_COLUMNS, type StoredEvent } from './seal-digest.js'

/** Events of one transaction, and in memory. */
const EVENTS_MAX = 2_000

/** What a process knows of the order of each database: a look remembers those before it. */
const horizons = new WeakMap<Database, Horizon>()

const HOLD: Statement = {
  name: 'hold_sealing',
  text: 'select position::text from event_sealing for update skip locked'
}
const NEXT_EVENTS: Statement = {
  name: 'events_to_seal',
  text: `select ${STORED_COLUMNS} from ${EVENT_SOURCE}
    where e.position > $1 and e.position <= $2 order by e.position limit $3`
}
/** Nothing is sealed of what is being purged; while this holds the row, the last of it stays. */
const LIVING: Statement = {
  name: 'organizations_to_seal',
  text: `select id::text from organizations
    where id = any($1) and status <> 'deleted' order by id for key share`
}
const LAST_SEALS: Statement = {
  name: 'last_seals',
  text: `select last.organization_id::text as "organizationId", last.number::int as number, last.hash,
      ${instantText('last.last_occurred_at')} as "lastOccurredAt",
      ${instantText('last.chain_kept_until')} as "chainKeptUntil"
    from unnest($1::uuid[]) asked(id) cross join lateral (
      select * from event_seals s where s.organization_id = asked.id
      order by s.number desc limit 1) last`
}
const WRITE: Statement = {
  name: 'write_seals',
  text: `insert into event_seals (organization_id, number, first_position, last_position, event_count,
      last_occurred_at, chain_kept_until, keep_until, sealed_at, previous_hash, digests, root, hash,
      key_id, signature)
    select "organizationId", number, "firstPosition", "lastPosition", "eventCount",
      "lastOccurredAt", "chainKeptUntil", "keepUntil", "sealedAt", decode("previousHash", 'base64'),
      decode(digests, 'base64'), decode(root, 'base64'), decode(hash, 'base64'), "keyId",
      decode(signature, 'base64')
    from json_to_recordset($1::json) as seal("organizationId" uuid, number bigint,
      "firstPosition" bigint, "lastPosition" bigint, "eventCount" integer,
      "lastOccurredAt" timestamptz, "chainKeptUntil" timestamptz, "keepUntil" timestamptz,
      "sealedAt" timestamptz, "previousHash" text, digests text, root text, hash text, "keyId" text,
      signature text)`
}
const MOVE_ON: Statement = {
  name: 'move_sealing_on',
  text: 'update event_sealing set position = $1'
}

/**
 * Seals what has been added to the log, as far as it is complete: the events of each organization go
 * on its chain in the order in which everybody sees them. One process at a time does so.
 */
export const sealEvents = defineSweep({
  name: 'seal-events',
  everyMs: 5_000,

  async run(deps) {
    const { settled } = await horizonOf(deps.db).look(deps.db)
    const ctx: CallContext = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
    return runCommand(deps, ctx, async (tx) => {
      const [held] = await tx.run<{ position: string }>(HOLD, [])
      if (!held || Number(held.position) >= settled) return 0
      const events = await tx.run<StoredEvent & Record<string, unknown>>(NEXT_EVENTS, [
        held.position,
        settled,
        EVENTS_MAX
      ])
      await seal(deps, tx, { events, now: ctx.now })
      const last = events.at(-1)
      await tx.run(MOVE_ON, [last && events.length === EVENTS_MAX ? last.position : settled])
      return events.length
    })
  }
})

function horizonOf(db: Database): Horizon {
  const horizon = horizons.get(db) ?? createHorizon()
  horizons.set(db, horizon)
  return horizon
}

interface Batch {
  readonly events: readonly StoredEvent[]
  readonly now: Date
}

async function seal({ signer }: Deps, tx: Tx, { events, now }: Batch): Promise<void> {
  const asked = [...new Set(events.map((event) => event.organization_id))]
  if (asked.length === 0) return
  const living = await tx.run<{ id: string }>(LIVING, [asked])
  const ids = new Set([...living.map(({ id }) => id), idToUuid('org', DEPLOYMENT_ID)])
  const last = await tx.run<LastSeal & Record<string, unknown>>(LAST_SEALS, [[...ids]])
  const seals = chainSeals(
    events.filter((event) => ids.has(event.organization_id)),
    { last, now, signer }
  )
  if (seals.length > 0) await tx.run(WRITE, [JSON.stringify(seals.map(toJson))])
}

const toJson = ({ root, previousHash, hash, digests, signature, ...seal }: Seal) => ({
  ...seal,
  root: root.toString('base64'),
  previousHash: previousHash.toString('base64'),
  hash: hash.toString('base64'),
  digests: digests?.toString('base64'),
  signature: signature.toString('base64')
})
