import t from 'tap'
import { LOCALES } from '../../../src/errors.js'
import { renderInvitation } from '../../../src/mail/templates/invitation.js'
import {
  TEXTS as OFFERS,
  type OfferKind,
  SHARED
} from '../../../src/mail/templates/invitation-texts.js'
import { renderNotification } from '../../../src/mail/templates/notification.js'
import {
  TEXTS as EVENTS,
  NOTES,
  type ToldEvent
} from '../../../src/mail/templates/notification-texts.js'
import { TEXTS as PAGES } from '../../../src/pages/invitation-texts.js'
import { NOTIFIABLE } from '../../../src/policy/document-shape.js'

/** Every text below, by the way to it. */
function leaves(tree: unknown, path = ''): [path: string, text: string][] {
  if (typeof tree === 'string') return [[path, tree]]
  return Object.entries(tree as object).flatMap(([key, below]) => leaves(below, `${path}.${key}`))
}

const named = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

await t.test('English and French say the same: no text is missing, each names the same', (t) => {
  const pairs = {
    ...Object.fromEntries(Object.entries(EVENTS)),
    seat: OFFERS.seat,
    reassignment: OFFERS.reassignment,
    shared: SHARED,
    notes: NOTES,
    page: PAGES
  }
  for (const [name, { en, fr }] of Object.entries(pairs)) {
    const [english, french] = [leaves(en), leaves(fr)]
    const shape = (texts: typeof english) => texts.map(([path, text]) => [path, named(text)])
    t.same(shape(french), shape(english), name)
    for (const [path, text] of [...english, ...french]) t.not(text.trim(), '', name + path)
    const same = english.filter(([, text], index) => text === french[index]?.[1] && text !== ':')
    t.same(same, [], `${name} is translated`)
  }
  t.end()
})

await t.test('every event of which policies can tell has texts, and no other has', (t) => {
  t.same(Object.keys(EVENTS).sort(), [...NOTIFIABLE].sort())
  t.end()
})

/** With names in place of placeholders, so that texts and mails can be compared. */
const fillIn = (text: string) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'date' ? 'NOTHING' : name))

await t.test('no text of the mails is unused', (t) => {
  for (const locale of LOCALES) {
    const said = [...invitations(locale), ...notifications(locale)].join('\n')
    const texts = [
      ...leaves({ seat: OFFERS.seat[locale], reassignment: OFFERS.reassignment[locale] }),
      ...leaves({ shared: SHARED[locale], notes: NOTES[locale] }),
      ...Object.entries(EVENTS).flatMap(([event, texts]) => leaves(texts[locale], event))
    ]
    const unused = texts.filter(
      ([, text]) => !said.includes(fillIn(text).split('NOTHING')[0] ?? '')
    )
    t.same(unused, [], locale)
  }
  t.end()
})

function invitations(locale: 'en' | 'fr'): string[] {
  const kinds = Object.keys(OFFERS) as OfferKind[]
  return kinds.flatMap((kind) =>
    ['inviter', null].flatMap((inviterName) =>
      ['team', ''].flatMap((teamName) => {
        const { subject, text, html } = renderInvitation({
          locale,
          kind,
          teamName,
          inviterName,
          roleLabel: 'role',
          message: 'x',
          url: 'https://muster.test',
          expiresAt: new Date('2030-01-08T00:00:00Z'),
          lifetimeDays: 7,
          timeZone: 'UTC',
          words: {}
        })
        return [subject, text, html.replace(/<\/?bdi>/g, '')]
      })
    )
  )
}

function notifications(locale: 'en' | 'fr'): string[] {
  return (Object.keys(EVENTS) as ToldEvent[]).flatMap((event) =>
    (['others', 'member'] as const).flatMap((to) =>
      ['actor', null].flatMap((actorName) => {
        const { subject, text } = renderNotification({
          locale,
          event,
          to,
          teamName: 'team',
          actorName,
          memberName: 'member',
          roleLabel: 'role',
          formerRoleLabel: 'former_role',
          candidate: 'candidate',
          isLocked: true,
          words: {}
        })
        return [subject, text]
      })
    )
  )
}
