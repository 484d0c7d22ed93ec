// Baseline 2: the list of members as one would write it by hand for this one purpose. One prepared
// statement, one response schema, the same bytes; no authentication, no filters, no cursor.
import Fastify from 'fastify'
import pg from 'pg'
import { answerParent } from '../lib/child.mjs'
import { decodeId, encodeId } from './ids.mjs'

const STATEMENT = `
  select id, external_id, user_id, email, name, role, status, ended_by, invitation_id, avatar_url,
    offer_expires_at, metadata, created_at, updated_at, joined_at, last_active_at, last_sign_in_at,
    removed_at, (
      select json_agg(held order by held.id) from (
        select r.id, r.external_id, r.kind, r.name, r.status, g.mode
        from resource_grants g
        join resources r on r.organization_id = g.organization_id and r.id = g.resource_id
        where g.organization_id = m.organization_id and g.member_id = m.id
        order by g.resource_id limit 100) held) as resources, (
      select count(*)::int from resource_grants g
      where g.organization_id = m.organization_id and g.member_id = m.id) as resources_count, (
      select json_agg(joined order by joined.id) from (
        select g.id, g.external_id, g.name from group_members j
        join groups g on g.organization_id = j.organization_id and g.id = j.group_id
        where j.organization_id = m.organization_id and j.member_id = m.id
        order by j.group_id limit 100) joined) as groups, (
      select a.requests from credit_accounts a
      where a.organization_id = m.organization_id and a.holder_id = m.id) as requests
  from members m where organization_id = $1 and status <> 'removed' order by id limit $2`

const ROLE_LABELS = { owner: 'Owner', admin: 'Admin', member: 'Member' }
const STATUS_LABELS = {
  invited: 'Invited',
  invitation_expired: 'Invitation expired',
  active: 'Active'
}

const text = { type: 'string' }
const textOrNull = { type: 'string', nullable: true }
const instant = { type: 'string', format: 'date-time' }
const instantOrNull = { type: 'string', format: 'date-time', nullable: true }
const heldResource = {
  type: 'object',
  properties: {
    id: text,
    external_id: textOrNull,
    kind: text,
    name: textOrNull,
    status: text,
    mode: text
  }
}
const joinedGroup = {
  type: 'object',
  properties: { id: text, external_id: textOrNull, name: text }
}
const member = {
  type: 'object',
  properties: {
    id: text,
    organization_id: text,
    external_id: textOrNull,
    user_id: textOrNull,
    email: text,
    name: textOrNull,
    role: text,
    role_label: text,
    status: text,
    status_label: text,
    ended_by: textOrNull,
    invitation_id: textOrNull,
    avatar_url: textOrNull,
    metadata: { type: 'object', additionalProperties: text },
    created_at: instant,
    updated_at: instant,
    joined_at: instantOrNull,
    last_active_at: instantOrNull,
    last_sign_in_at: instantOrNull,
    removed_at: instantOrNull,
    pending_label: textOrNull,
    pending_in: text,
    resources: { type: 'array', items: heldResource },
    resources_count: { type: 'integer' },
    groups: { type: 'array', items: joinedGroup },
    credits: { type: 'object', nullable: true },
    requests: { type: 'integer' }
  }
}
const schema = {
  querystring: {
    type: 'object',
    properties: { limit: { type: 'integer', minimum: 1, maximum: 100, default: 25 } }
  },
  response: {
    200: {
      type: 'object',
      properties: {
        data: { type: 'array', items: member },
        has_more: { type: 'boolean' },
        next_cursor: textOrNull
      }
    }
  }
}

const { BENCH_DATABASE: connectionString, BENCH_POOL_SIZE: max } = process.env
const pool = new pg.Pool({ connectionString, max: Number(max) })
const app = Fastify()

app.get('/v1/organizations/:organization_id/members', { schema }, async (request) => {
  const { organization_id } = request.params
  const { limit } = request.query
  const now = new Date()
  const values = [decodeId(organization_id), limit + 1]
  const { rows } = await pool.query({ name: 'list_members', text: STATEMENT, values })
  const more = rows.length > limit
  const data = (more ? rows.slice(0, limit) : rows).map((row) => {
    const status =
      row.status === 'invited' && row.offer_expires_at !== null && row.offer_expires_at <= now
        ? 'invitation_expired'
        : row.status
    return {
      id: encodeId('mem', row.id),
      organization_id,
      external_id: row.external_id,
      user_id: row.user_id,
      email: row.email,
      name: row.name,
      role: row.role,
      role_label: ROLE_LABELS[row.role],
      status,
      status_label: STATUS_LABELS[status],
      ended_by: row.ended_by,
      invitation_id: row.invitation_id === null ? null : encodeId('inv', row.invitation_id),
      avatar_url: row.avatar_url,
      metadata: row.metadata,
      created_at: row.created_at,
      updated_at: row.updated_at,
      joined_at: row.joined_at,
      last_active_at: row.last_active_at,
      last_sign_in_at: row.last_sign_in_at,
      removed_at: row.removed_at,
      pending_label: status === 'invited' ? STATUS_LABELS[status] : null,
      pending_in: 'status',
      resources: (row.resources ?? []).map((held) => ({ ...held, id: encodeId('res', held.id) })),
      resources_count: row.resources_count,
      groups: (row.groups ?? []).map((joined) => ({ ...joined, id: encodeId('grp', joined.id) })),
      credits: null,
      requests: row.requests ?? 0
    }
  })
  const next_cursor = more ? Buffer.from(data.at(-1).id).toString('base64url') : null
  return { data, has_more: more, next_cursor }
})

answerParent({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers: {} })
