// The bare SQL of an invitation: what one would write by hand to leave the same rows behind under
// the same lock. No authentication, no decision, no count of seats, no look for who is in the way.
import { randomBytes } from 'node:crypto'
import { encodeId, newUuid } from './ids.mjs'

const DAY_MS = 86_400_000
const LIFETIME_DAYS = 7
const INVITER = encodeId('key', newUuid())

const LOCK = {
  name: 'lock',
  text: 'select id from organizations where id = $1 for no key update'
}

const MEMBER_COLUMNS = `organization_id, id, email, email_key, role, status, invitation_id,
  offer_expires_at, offer_lapses_to, metadata, created_at, updated_at`
const INVITATION_COLUMNS = `organization_id, id, member_id, email, email_key, role, status, delivery,
  locale, generation, secret_id, send_count, policy_version, lifetime_days, email_must_match,
  invited_by_type, invited_by_id, created_at, updated_at, expires_at`
const EVENT_COLUMNS = `organization_id, id, keep_until, type, occurred_at, actor_type, actor_id,
  subject_type, subject_id, data, changes, request_id, policy_version`
const PERSONAL_COLUMNS = 'organization_id, event_id, keep_until, leaves'
const FOREVER = "'9999-01-01Z'::timestamptz"
const JOB_COLUMNS = 'organization_id, id, name, payload, created_at, hand_over_at'

const ONE = {
  member: {
    name: 'insert_member',
    text: `insert into members (${MEMBER_COLUMNS})
      values ($1, $2, $3, $3, 'member', 'invited', $4, $5, 'invitation_expired', '{}', $6, $6)`
  },
  invitation: {
    name: 'insert_invitation',
    text: `insert into invitations (${INVITATION_COLUMNS})
      values ($1, $2, $3, $4, $4, 'member', 'pending', 'queued', 'en', 1, 'k1', 1, 1,
        ${LIFETIME_DAYS}, true, 'api_key', '${INVITER}', $5, $5, $6)`
  },
  event: {
    name: 'insert_event',
    text: `insert into events (${EVENT_COLUMNS})
      values ($1, $2, ${FOREVER}, 'member.invited', $3, 'api_key', '${INVITER}', 'member', $4, $5,
        '{}', $6, 1)`
  },
  personal: {
    name: 'insert_personal',
    text: `insert into event_personal (${PERSONAL_COLUMNS}) values ($1, $2, ${FOREVER}, $3)`
  },
  job: {
    name: 'insert_job',
    text: `insert into jobs (${JOB_COLUMNS}) values ($1, $2, 'send-invitation-email', $3, $4, $4)`
  }
}

const MANY = {
  members: {
    name: 'insert_members',
    text: `insert into members (${MEMBER_COLUMNS})
      select $1, id, email, email, 'member', 'invited', invitation_id, $5::timestamptz,
        'invitation_expired', '{}', $6::timestamptz, $6
      from unnest($2::uuid[], $3::text[], $4::uuid[]) as member(id, email, invitation_id)`
  },
  invitations: {
    name: 'insert_invitations',
    text: `insert into invitations (${INVITATION_COLUMNS})
      select $1, id, member_id, email, email, 'member', 'pending', 'queued', 'en', 1, 'k1', 1, 1,
        ${LIFETIME_DAYS}, true, 'api_key', '${INVITER}', $5::timestamptz, $5, $6::timestamptz
      from unnest($2::uuid[], $3::uuid[], $4::text[]) as invitation(id, member_id, email)`
  },
  events: {
    name: 'insert_events',
    text: `insert into events (${EVENT_COLUMNS})
      select $1, id, ${FOREVER}, 'member.invited', $3::timestamptz, 'api_key', '${INVITER}',
        'member', subject_id, data, '{}', $6, 1
      from unnest($2::uuid[], $4::text[], $5::jsonb[]) as event(id, subject_id, data)`
  },
  personal: {
    name: 'insert_personals',
    text: `insert into event_personal (${PERSONAL_COLUMNS})
      select $1, id, ${FOREVER}, leaves
      from unnest($2::uuid[], $3::jsonb[]) as personal(id, leaves)`
  },
  jobs: {
    name: 'insert_jobs',
    text: `insert into jobs (${JOB_COLUMNS})
      select $1, id, 'send-invitation-email', payload, $4::timestamptz, $4
      from unnest($2::uuid[], $3::jsonb[]) as job(id, payload)`
  }
}

/** Everything an invitation leaves behind, but for the organization's id. */
function newOffer(email, now, expiresAt) {
  const id = newUuid()
  return { id, email, memberId: newUuid(), eventId: newUuid(), jobId: newUuid(), now, expiresAt }
}

const eventData = ({ id, expiresAt }) =>
  JSON.stringify({
    invitation_id: encodeId('inv', id),
    role: 'member',
    expires_at: expiresAt.toISOString()
  })

/** What is personal lies apart, each with a salt. */
const eventLeaves = ({ email }) =>
  JSON.stringify({
    actor_name: ['first key', randomBytes(16).toString('base64url')],
    'data.email': [email, randomBytes(16).toString('base64url')]
  })

const jobPayload = (organizationId, { id }) =>
  JSON.stringify({
    organization_id: encodeId('org', organizationId),
    invitation_id: encodeId('inv', id),
    send: 1
  })

async function inTransaction(pool, organizationId, work) {
  const client = await pool.connect()
  const run = (statement, values) => client.query({ ...statement, values })
  try {
    await client.query('begin')
    await run(LOCK, [organizationId])
    const result = await work(run)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Begin, lock, member, invitation, event, job, commit. */
export function inviteOne(pool, organizationId, email) {
  const now = new Date()
  const offer = newOffer(email, now, new Date(now.getTime() + LIFETIME_DAYS * DAY_MS))
  const { id, memberId, eventId, jobId, expiresAt } = offer
  return inTransaction(pool, organizationId, async (run) => {
    await run(ONE.member, [organizationId, memberId, email, id, expiresAt, now])
    await run(ONE.invitation, [organizationId, id, memberId, email, now, expiresAt])
    const event = [eventId, now, encodeId('mem', memberId), eventData(offer), newUuid()]
    await run(ONE.event, [organizationId, ...event])
    await run(ONE.personal, [organizationId, eventId, eventLeaves(offer)])
    await run(ONE.job, [organizationId, jobId, jobPayload(organizationId, offer), now])
    return offer
  })
}

/** The same for many addresses, one statement for each table. */
export function inviteMany(pool, organizationId, emails) {
  const now = new Date()
  const expiresAt = new Date(now.getTime() + LIFETIME_DAYS * DAY_MS)
  const offers = emails.map((email) => newOffer(email, now, expiresAt))
  const all = (read) => offers.map(read)
  const ids = all(({ id }) => id)
  const memberIds = all(({ memberId }) => memberId)
  return inTransaction(pool, organizationId, async (run) => {
    await run(MANY.members, [organizationId, memberIds, emails, ids, expiresAt, now])
    await run(MANY.invitations, [organizationId, ids, memberIds, emails, now, expiresAt])
    const subjects = memberIds.map((id) => encodeId('mem', id))
    const eventIds = all(({ eventId }) => eventId)
    const data = all(eventData)
    await run(MANY.events, [organizationId, eventIds, now, subjects, data, newUuid()])
    await run(MANY.personal, [organizationId, eventIds, all(eventLeaves)])
    const payloads = all((offer) => jobPayload(organizationId, offer))
    await run(MANY.jobs, [organizationId, all(({ jobId }) => jobId), payloads, now])
    return offers
  })
}
