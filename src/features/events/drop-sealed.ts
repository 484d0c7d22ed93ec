import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'

/** Seals of one transaction, and about how many events. */
const SEALS_MAX = 1_000
const EVENTS_MAX = 5_000
/** Seals that are condensed of one transaction; more go when its organizations are next in turn. */
const CONDENSED_MAX = 10_000

interface LetGo {
  readonly organization_id: string
  readonly keep_until: string
  readonly first_position: string
  readonly last_position: string
}

const LET_GO: Statement = {
  name: 'let_seals_go',
  text: `
    update event_seals s set digests = null
    from (
      select *, sum(event_count::bigint) over (order by keep_until, organization_id, number)
        - event_count as before
      from (
        select organization_id, number, keep_until, event_count from event_seals
        where keep_until <= $1 and digests is not null
        order by keep_until, organization_id, number limit $2) due) due
    where s.organization_id = due.organization_id and s.number = due.number
      and s.digests is not null and due.before < $3
    returning s.organization_id::text, s.keep_until::text, s.first_position::text,
      s.last_position::text`
}
/** Only what has no part of its own: the others are dropped as a whole. */
const DELETE_ROWS: Statement = {
  name: 'delete_sealed_events',
  text: `
    with gone as (
      delete from events_other e
      using json_to_recordset($1::json) as seal(organization_id uuid, keep_until timestamptz,
        first_position bigint, last_position bigint)
      where e.organization_id = seal.organization_id and e.keep_until = seal.keep_until
        and e.position between seal.first_position and seal.last_position
      returning e.organization_id, e.id, e.keep_until)
    delete from event_personal_other p using gone
    where p.organization_id = gone.organization_id and p.event_id = gone.id
      and p.keep_until = gone.keep_until`
}
/** Of the seals with which a chain begins, as far as their events are gone, the last is enough. */
const CONDENSE: Statement = {
  name: 'condense_seals',
  text: `
    with chain as materialized (
      select asked.id, coalesce(
        (select k.number - 1 from event_seals k
          where k.organization_id = asked.id and k.digests is not null order by k.number limit 1),
        (select max(k.number) from event_seals k where k.organization_id = asked.id)) as checkpoint
      from unnest($1::uuid[]) asked(id)),
    over as materialized (
      select s.organization_id, s.number from event_seals s join chain on chain.id = s.organization_id
      where s.number < chain.checkpoint order by s.organization_id, s.number limit $2)
    delete from event_seals s using over
    where s.organization_id = over.organization_id and s.number = over.number`
}

/**
 * Lets go of what is past its retention, as far as it is sealed: notes on the seals that their events
 * are dropped, which makes them checkpoints, and deletes the events that have no part of their own.
 * Answers with how many seals that were; a bounded number at once.
 */
export function dropSealed(deps: Deps, ctx: CallContext): Promise<number> {
  return runCommand(deps, ctx, async (tx) => {
    // The trigger that keeps the log asks for it.
    await tx.execute(sql`select set_config('muster.retention', 'over', true)`)
    const seals = await tx.run<LetGo & Record<string, unknown>>(LET_GO, [
      ctx.now,
      SEALS_MAX,
      EVENTS_MAX
    ])
    if (seals.length === 0) return 0
    await tx.run(DELETE_ROWS, [JSON.stringify(seals)])
    const organizations = [...new Set(seals.map((seal) => seal.organization_id))]
    await tx.run(CONDENSE, [organizations, CONDENSED_MAX])
    return seals.length
  })
}
