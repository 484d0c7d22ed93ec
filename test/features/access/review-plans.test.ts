import { sql } from 'drizzle-orm'
import t from 'tap'
import type { OrgContext } from '../../../src/context.js'
import { pageOf } from '../../../src/features/access/read-findings.js'
import { REVIEW_KINDS } from '../../../src/features/access/review-kinds.js'
import { sectionsOf } from '../../../src/features/access/review-sections.js'
import { idToUuid } from '../../../src/ids.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { createTestApp } from '../../helpers/app.js'
import { after } from '../../helpers/reviews.js'

const MEMBERS = 20_000

await t.test('a review of a large team', async (t) => {
  const { organization, deps } = await createTestApp(t)
  const { id } = await organization()
  const uuid = idToUuid('org', id)
  await deps.db.execute(sql`
    insert into members (organization_id, id, user_id, email, email_key, role, status, metadata,
      created_at, updated_at, joined_at, last_active_at)
    select ${uuid}, gen_random_uuid(), 'u_' || n, n || '@large.test', n || '@large.test', 'member',
      case when n % 50 = 0 then 'suspended' else 'active' end, '{}', at, at, at,
      case when n % 2 = 0 then at end
    from (select n, timestamptz '2029-01-01' + n * interval '1 minute' as at
      from generate_series(1, ${MEMBERS}) n) made`)
  await deps.db.execute(sql`vacuum analyze members`)
  const policy = PolicyDocument.parse(PRESETS.get('standard'))
  const ctx = { organizationId: id, policy: { key: '', version: 1, policy }, now: after(1) }
  const sections = sectionsOf(ctx as unknown as OrgContext, {})

  for (const kind of REVIEW_KINDS) {
    const section = sections[kind]
    if (section === undefined) continue
    await t.test(`reads no member but those it tells of: ${kind}`, async (t) => {
      const place = { kind, since: '1970-01-01 00:00:00+00', id: uuid, beside: uuid }
      const { rows } = await deps.db.execute<{ 'QUERY PLAN': string }>(
        sql`explain ${pageOf({ kind, rows: section }, place, 26)}`
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      t.notMatch(plan, /Seq Scan on members/, plan)
    })
  }

  await t.test('tells who is idle by the index, in its order', async (t) => {
    const { rows } = await deps.db.execute<{ count: number; since: number }>(sql`
      select count(*)::int as count, count(*) filter (where idle_since = created_at)::int as since
      from members where idle_since is not null`)
    t.same(rows, [{ count: MEMBERS / 50, since: MEMBERS / 50 }])
  })
})
