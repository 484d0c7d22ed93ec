import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyDocument } from '../../helpers/policies.js'

await t.test('texts of a policy', async (t) => {
  const { call, unique } = await createTestApp(t)
  const put = (texts: Record<string, unknown>) => {
    const key = unique('policy')
    return call('PUT', `/v1/policies/${key}`, {
      body: { document: policyDocument(key, { texts }) }
    })
  }

  await t.test('may be said of mails, pages, problems and statuses', async (t) => {
    const { status } = await put({
      'mail.invitation.opening': { en: '{inviter} {team} {role} {date} {days}' },
      'mail.reassignment.subject': { fr: '{team}' },
      'mail.member.role_changed.member_opening': { en: '{former_role} {role} {actor} {member}' },
      'mail.reassignment.timed_out.opening': { en: '{candidate}' },
      'page.invitation.heading': { en: '{team}' },
      'page.reassignment.ignore': { en: 'Never mind.' },
      'status.active': { en: 'Here' },
      seats_exhausted: { en: 'All {limit} in use, and {anything}' }
    })
    t.equal(status, 201)
  })

  await t.test('that nothing would say are refused, each by its path', async (t) => {
    const { status, body } = await put({
      'mail.invitation.subjekt': { en: 'x' },
      'mail.member.invited.subject': { en: 'x' },
      'page.invitation.expiry': { en: 'x' }
    })
    t.equal(status, 422)
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer)
    for (const code of ['mail.invitation.subjekt', 'mail.member.invited.subject']) {
      t.match(pointers.join(), code)
    }
    t.equal(pointers.length, 3)
  })

  await t.test('that name what is not known there are refused', async (t) => {
    const { status, body } = await put({
      'mail.invitation.opening': { en: '{team}', fr: '{equipe}' },
      'page.invitation.opening': { en: '{days}' },
      'mail.member.joined.opening': { en: '{former_role}' }
    })
    t.equal(status, 422)
    t.match(body.errors, [
      { pointer: /mail\.invitation\.opening\/fr$/, detail: /\{equipe\}/ },
      { pointer: /page\.invitation\.opening\/en$/, detail: /\{days\}/ },
      { pointer: /mail\.member\.joined\.opening\/en$/, detail: /\{former_role\}/ }
    ])
  })
})
