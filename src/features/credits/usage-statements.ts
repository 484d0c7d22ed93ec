import type { Statement } from '../../db/statement.js'

/** By what usage is told apart. */
export type UsageBy = 'day' | 'group' | 'member' | `metadata.${string}`

/** More keys than these are not told, but counted in the total. */
export const USAGE_KEYS_MAX = 1_000

/** What differs: how a transfer has a key, and what the key is called. */
interface Cut {
  readonly key: string
  readonly of?: string
  /** Where the key is that of whoever has used it. */
  readonly ofMember?: { readonly key: string; readonly from: string }
  readonly label?: string
  readonly names?: string
}

/** $7: when each day begins. What was before is told of the day that has its place in the span. */
const DAY: Cut = {
  key: `width_bucket(
    case when t.created_at < $3 then t.created_at + ($4::timestamptz - $3) else t.created_at end,
    $7::timestamptz[])`
}
const MEMBER: Cut = {
  key: 't.member_id',
  label: 'coalesce(n.name, n.email)',
  names: 'left join members n on n.organization_id = $1 and n.id = k.key'
}
const GROUP: Cut = {
  key: 'null',
  ofMember: {
    key: 'g.group_id',
    from: 'left join group_members g on g.organization_id = $1 and g.member_id = u.member_id'
  },
  label: 'n.name',
  names: 'left join groups n on n.organization_id = $1 and n.id = k.key'
}
/** One by one: most transfers refer to none, and a join would read all there are. */
const referredBy = (id: string, name: string) => `left join lateral (
    select r.metadata, r.of_id from credit_transfers r
    where r.organization_id = $1 and r.id = ${id} limit 1) ${name} on true`
/**
 * $7: the key. A refund counts where its spend did; a capture that says nothing of its own has what
 * its hold says.
 */
const METADATA: Cut = {
  key: `coalesce(case when t.kind <> 'refund' then t.metadata ->> $7 end, p.metadata ->> $7,
    h.metadata ->> $7)`,
  of: `${referredBy('t.of_id', 'p')} ${referredBy('p.of_id', 'h')}`
}

const STATEMENTS = {
  day: toStatement('day', DAY),
  group: toStatement('group', GROUP),
  member: toStatement('member', MEMBER)
}
const BY_METADATA = toStatement('metadata', METADATA)

/**
 * $1 organization, $2 when the span before begins, $3 and $4 the span, $5 only this member, $6 only
 * the members of this group; $7 is what the key takes.
 */
export function usageStatement(by: UsageBy): Statement {
  return by === 'day' || by === 'group' || by === 'member' ? STATEMENTS[by] : BY_METADATA
}

/** The total is of what was used: what counts in several groups counts once in it. */
function toStatement(name: string, { key, of = '', ofMember, label = 'null', names = '' }: Cut) {
  return {
    name: `credit_usage_by_${name}`,
    text: `
      with used as materialized (
        select t.member_id, ${key} as key,
          coalesce(sum(a.credits) filter (where t.created_at >= $3), 0) as credits,
          count(*) filter (where t.created_at >= $3 and t.kind <> 'refund') as requests,
          coalesce(sum(a.credits) filter (where t.created_at < $3), 0) as previous
        from credit_transfers t ${of}
        cross join lateral (
          select case t.kind when 'refund' then -t.amount else t.amount end as credits) a
        where t.organization_id = $1 and t.kind in ('spend', 'capture', 'refund')
          and t.created_at >= $2 and t.created_at < $4
          and ($5::uuid is null or t.member_id = $5)
          and ($6::uuid is null or exists (
            select from group_members o
            where o.organization_id = $1 and o.group_id = $6 and o.member_id = t.member_id))
        group by 1, 2),
      keyed as (
        select ${ofMember?.key ?? 'u.key'} as key, sum(u.credits) as credits,
          sum(u.requests) as requests, sum(u.previous) as previous
        from used u ${ofMember?.from ?? ''} group by 1),
      named as (
        select k.key, ${label} as label, k.credits, k.requests, k.previous from keyed k ${names}
        order by k.credits desc, k.requests desc, k.key limit ${USAGE_KEYS_MAX + 1})
      select (select coalesce(json_agg(n), '[]') from named n) as rows, (
        select json_build_object('credits', coalesce(sum(u.credits), 0),
          'requests', coalesce(sum(u.requests), 0), 'previous', coalesce(sum(u.previous), 0))
        from used u) as total`
  }
}
