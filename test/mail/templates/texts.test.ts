import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { LOCALES, type Locale } from '../../../src/errors.js'
import { TEXTS as EVENTS } from '../../../src/mail/templates/notification-texts.js'
import { NOTIFIABLE } from '../../../src/policy/document-shape.js'
import { everyMail } from '../../helpers/mails.js'

type Leaf = readonly [path: string, text: string]

/** Every text below, by the way to it. */
function leaves(tree: unknown, path: string): Leaf[] {
  if (typeof tree === 'string') return [[path, tree]]
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, below]) => leaves(below, `${path}.${key}`))
}

interface Pair extends Readonly<Record<Locale, unknown>> {
  readonly path: string
}

/** Everything that is said in each language, wherever it lies in a tree. */
function pairs(tree: unknown, path: string): Pair[] {
  if (typeof tree !== 'object' || tree === null) return []
  const { en, fr } = tree as Partial<Record<Locale, unknown>>
  if (en !== undefined || fr !== undefined) return [{ path, en, fr }]
  return Object.entries(tree).flatMap(([key, below]) => pairs(below, `${path}.${key}`))
}

/** What the modules of a folder say, as they are found there. */
async function textsIn(folder: string): Promise<Pair[]> {
  const files = readdirSync(`dist/${folder}`).filter((name) => name.endsWith('.js'))
  const modules = files.map(async (name) => {
    const path = resolve('dist', folder, name)
    return pairs(await import(pathToFileURL(path).href), name.replace('.js', ''))
  })
  return (await Promise.all(modules)).flat()
}

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
const mails = await textsIn('mail/templates')
const pages = await textsIn('pages')

await t.test('English and French say the same: no text is missing, each names the same', (t) => {
  t.ok(mails.length > 15)
  t.ok(pages.length >= 2)
  for (const { path, en, fr } of [...mails, ...pages]) {
    const [english, french] = [leaves(en, path), leaves(fr, path)]
    const shape = (texts: Leaf[]) => texts.map(([path, text]) => [path, placeholders(text)])
    t.same(shape(french), shape(english), path)
    for (const [where, text] of [...english, ...french]) t.not(text.trim(), '', where)
    const same = english.filter(([, text], n) => / /.test(text) && text === french[n]?.[1])
    t.same(same, [], `${path} is translated`)
    for (const [where, text] of french) t.notMatch(text, /\w'\w| [:;!?»]|« /, where)
  }
  t.end()
})

await t.test('no template has texts that this cannot see', (t) => {
  const files = readdirSync('src/mail/templates')
  const speaking = files.filter((name) =>
    /^ +fr: \{$/m.test(readFileSync(`src/mail/templates/${name}`, 'utf8'))
  )
  t.ok(speaking.length >= 4)
  for (const name of speaking) {
    t.ok(
      mails.some(({ path }) => path.startsWith(`${name.replace('.ts', '')}.`)),
      name
    )
  }
  t.end()
})

await t.test('every event of which policies can tell has texts, and no other has', (t) => {
  t.same(Object.keys(EVENTS).sort(), [...NOTIFIABLE].sort())
  t.end()
})

/** All that mails say, with every name there is and with none. */
function said(locale: Locale): string {
  return ['team', '']
    .flatMap((team) =>
      ['person', null].flatMap((person) =>
        everyMail(locale, { team, person, name: 'name', message: 'x' }).flatMap(
          ([, { subject, text, html }]) => [subject, text, html.replace(/<\/?bdi>/g, '')]
        )
      )
    )
    .join('\n')
}

await t.test('no text of the mails is unused', (t) => {
  for (const locale of LOCALES) {
    const all = said(locale)
    const unused = mails
      .flatMap(({ path, [locale]: texts }) => leaves(texts, path))
      .filter(([, text]) => !isSaid(text, all))
    t.same(unused, [], locale)
  }
  t.end()
})

/** Whatever stands for its placeholders. */
function isSaid(text: string, all: string): boolean {
  const parts = text.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(parts.join('[^\\n]*?')).test(all)
}
